import { eventTypes } from "@sluice/contracts/event/event.registry"
import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import type { InputIssue } from "@sluice/contracts/input/input.errors"

/** Which event types a subscription's patterns mean: tokens between full stops, `*` stands for any one of them. */

/** About delivery itself: a webhook of them would call forth the next one. */
const UNHEARD: ReadonlySet<string> = new Set(["subscription", "preference", "notification"])

/** Types that patterns can match. */
const heardTypes: ReadonlyArray<string> = eventTypes
  .filter(({ category }) => !UNHEARD.has(category))
  .map(({ type }) => type)

/** Whether events of `type` (`approval.approved`) are meant. No pattern means events of subscriptions, preferences and notifications. */
export const patternMatches = (pattern: string, type: string): boolean => {
  if (UNHEARD.has(categoryOf(type))) return false
  if (!pattern.includes("*")) return pattern === type
  const wanted = pattern.split(".")
  const tokens = type.split(".")
  return wanted.length === tokens.length && wanted.every((token, index) => token === "*" || token === tokens[index])
}

/** Why a pattern is refused; undefined when it matches something there is. */
export const patternFault = (pattern: string): string | undefined =>
  heardTypes.some((type) => patternMatches(pattern, type)) ? undefined : "matches no type of event"

/** What is wrong with patterns, each under its own pointer (`/types/<i>`). */
export const patternIssues = (types: ReadonlyArray<string>): ReadonlyArray<InputIssue> =>
  types.flatMap((pattern, index) => {
    const message = patternFault(pattern)
    return message === undefined ? [] : [{ pointer: `/types/${index}`, message }]
  })
