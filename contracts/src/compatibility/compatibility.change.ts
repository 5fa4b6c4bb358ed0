/** What a change of the contracts means to those who build on them. */

/** Who notices a change. */
export type Affected = "publishers of commands" | "subscribers of events" | "callers over HTTP"

export interface Change {
  /** `breaking`: somebody's working program may stop working. `free`: nobody's does. */
  readonly verdict: "breaking" | "free"
  readonly who: Affected
  /** What changes, and, where it breaks something, for whom and what to do instead. */
  readonly sentence: string
}

/**
 * Who writes the values that a schema describes. What others write must go on being accepted, so it may not become narrower; what
 * Sluice writes must go on being understood, so it may not become wider.
 */
export type WrittenBy = "others" | "sluice"

/** A change at one place of a document, before those of the same cause are told as one. */
export interface Finding {
  readonly breaking: boolean
  readonly who: Affected
  /** `the body of sessions.open` */
  readonly where: string
  /** `title is 10 characters long at most, was 20` */
  readonly what: string
  /** The same, told of a schema that several places share: `Session.title is …`. */
  readonly shared?: string
  /** What a break needs to be let through. */
  readonly remedy?: string
}

const CONSEQUENCES: Readonly<Record<Affected, string>> = {
  "publishers of commands": "breaks publishers of commands, who send and expect what was released",
  "subscribers of events": "breaks subscribers of events, who read by what was released",
  "callers over HTTP": "breaks callers over HTTP, who send and expect what was released"
}

const places = (names: ReadonlyArray<string>): string =>
  names.length <= 2 ? names.join(" and ") : `${names[0]}, ${names[1]} and ${names.length - 2} more`

/** Tells findings of one cause as one change: a schema that forty routes share changes once. */
export const changesOf = (findings: ReadonlyArray<Finding>): ReadonlyArray<Change> => {
  const groups = Map.groupBy(findings, ({ breaking, who, where, what, shared }) =>
    JSON.stringify([breaking, who, shared ?? [where, what]])
  )
  return [...groups.values()].map((group) => {
    const { breaking, who, where, what, shared, remedy } = group[0] as Finding
    const wheres = [...new Set(group.map((one) => one.where))]
    const told = shared === undefined || wheres.length === 1 ? `${where}: ${what}` : `${shared} (in ${places(wheres)})`
    const sentence = breaking ? `${told}; this ${CONSEQUENCES[who]}${remedy === undefined ? "" : `: ${remedy}`}` : told
    return { verdict: breaking ? "breaking" : "free", who, sentence }
  })
}
