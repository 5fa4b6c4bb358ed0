/** The entity tag of a resource at a version of its stream. */
export const etagOf = (version: number): string => `"${version}"`

/**
 * The versions that an `If-Match` header accepts: "any" for `*`. Comparison is strong, so weak tags, like tags that we never
 * gave out, accept nothing. Version 0 is that of what can be read before it was ever set.
 */
export const versionsIn = (ifMatch: string): "any" | ReadonlyArray<number> =>
  ifMatch === "*"
    ? "any"
    : [...ifMatch.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag]) =>
        weak === undefined && /^(0|[1-9]\d{0,9})$/.test(tag as string) ? [Number(tag)] : []
      )
