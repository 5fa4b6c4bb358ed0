import { eventTypes } from "../event/event.registry.ts"

/** Which events a subscriber's patterns mean: `<category>.<event>`, where `*` stands for any one of either. */

const tokens = (type: string): readonly [string, string] => {
  const [category = "", event = ""] = type.split(".")
  return [category, event]
}

/** Whether events of a type (`approval.approved`) are meant. */
export const meansType = (pattern: string, type: string): boolean =>
  tokens(pattern).every((token, index) => token === "*" || token === tokens(type)[index]) &&
  pattern.split(".").length === 2

/** Why a pattern is refused; undefined when there is a type of event that it means. */
export const patternFault = (pattern: string): string | undefined =>
  eventTypes.some(({ type }) => meansType(pattern, type))
    ? undefined
    : "means no type of event: <category>.<event>, where * stands for any one"

/**
 * The subject under which all events come that the patterns mean: exactly those for one pattern; for several the smallest that covers them,
 * as a durable has one filter (nats-server 2.9), and what comes in addition is for the subscriber to pass over.
 */
export const coveringSubject = (tenant: string, patterns: ReadonlyArray<string>): string => {
  const [categories, events] = [0, 1].map((at) => new Set(patterns.map((pattern) => tokens(pattern)[at as 0 | 1])))
  const only = (set: ReadonlySet<string> | undefined): string => (set?.size === 1 ? ([...set][0] as string) : "*")
  return `evt.${tenant}.${only(categories)}.${only(events)}.*`
}
