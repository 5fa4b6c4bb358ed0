/** The entity tag of a resource at a version of its stream. */
export const etagOf = (version: number): string => `"${version}"`

/**
 * The versions that an `If-Match` header accepts: "any" for `*`. Comparison is strong, so weak tags, like tags that we never
 * gave out, accept nothing.
 */
export const versionsIn = (ifMatch: string): "any" | ReadonlyArray<number> =>
  ifMatch === "*"
    ? "any"
    : [...ifMatch.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag]) =>
        weak === undefined && /^[1-9]\d{0,9}$/.test(tag as string) ? [Number(tag)] : []
      )
