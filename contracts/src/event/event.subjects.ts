import { partitionOf } from "./event.stream-id.ts"

/**
 * Where an event is published: `evt.<tenant>.<category>.<event>.<p>`. No id is in it, because a million distinct
 * subjects cost the broker hundreds of megabytes and stalls of seconds.
 */
export const eventSubject = (tenant: string, type: string, stream: string): string =>
  `evt.${tenant}.${type}.${partitionOf(stream)}`

/** Every event of a category, for all tenants. Consumers filter by category and never by event, so versions stay contiguous. */
export const categorySubject = (category: string): string => `evt.*.${category}.*.*`

/** Core NATS: "something was committed", sent after the commit, never relied upon. */
export const WAKE_RELAY = "sluice.wake.relay"
/** Core NATS: "the relay has begun a new incarnation", never relied upon. */
export const WAKE_CONSUMERS = "sluice.wake.consumers"
