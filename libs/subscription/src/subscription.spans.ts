import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { patternMatches } from "./subscription.patterns.ts"
import type { SubscriptionState } from "./subscription.state.ts"

/**
 * Which events a subscription gets follows from the log alone: those after the position at which it came to want their
 * types, up to the one at which it no longer did. So any order in which events are handled makes the same deliveries.
 */

/** A stretch of the log in which a subscription wanted the same types; a row of `sluice.subscription_spans`. */
export interface Span {
  readonly tenant: string
  readonly subscriptionId: string
  /** Positions; its events are after the first and up to the last one. Null: no end yet. */
  readonly after: number
  readonly until: number | null
  readonly types: ReadonlyArray<string>
}

type SpanKey = Pick<Span, "tenant" | "subscriptionId">

/** What an event of the subscription at this position does to its spans. */
export interface SpanChange {
  /** The open one ends here. */
  readonly closes: boolean
  /** A new one begins here. */
  readonly opens?: Span
}

/** The patterns of the events that it gets: none unless it is active. */
const wantedTypes = (state: SubscriptionState): ReadonlyArray<string> => (state.status === "active" ? state.types : [])

/** `before` and `after`: the state around the event at `position`. */
export const spanChange = (
  { tenant, subscriptionId }: SpanKey,
  position: number,
  before: SubscriptionState,
  after: SubscriptionState
): SpanChange => {
  const [had, has] = [wantedTypes(before), wantedTypes(after)]
  if (had.length === has.length && had.every((type, index) => type === has[index])) return { closes: false }
  const closes = had.length > 0
  return has.length === 0
    ? { closes }
    : { closes, opens: { tenant, subscriptionId, after: position, until: null, types: has } }
}

/** Whether the subscription gets this event by this span. */
export const spanHolds = (span: Span, event: Pick<RecordedEvent, "tenant" | "position" | "type">): boolean =>
  span.tenant === event.tenant &&
  span.after < event.position &&
  (span.until === null || event.position <= span.until) &&
  span.types.some((pattern) => patternMatches(pattern, event.type))
