import type { Actor } from "../actor/actor.ts"

/** What JSON can carry. Data of events and metadata of sessions are of this type. */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Who and what led to an event. `traceparent` is W3C Trace Context; absent where the command carried none. */
export interface EventMetadata {
  readonly actor: Actor
  /** Groups everything that one outside request set off; UUID or the caller's trace id. */
  readonly correlationId: string
  /** The command (or the event, for reactions) that caused this event. */
  readonly causationId: string
  readonly traceparent?: string
}

/** A fact a decision yields, before it is recorded. `type` is `<category>.<event>`, for example `session.opened`. */
export interface DomainEvent {
  readonly type: string
  readonly data: JsonObject
}

/** A fact with what a fold may look at: the stream's version after it, and the database's time at which it was recorded. */
export type Fact<E extends DomainEvent = DomainEvent> = E & {
  readonly version: number
  /** RFC 3339 in UTC with milliseconds, set by the database when the event was appended. */
  readonly recordedAt: string
  readonly actor: Actor
}

/** An event as the store holds it. `position` orders all events of all streams; it has holes and is below 2^53. */
export interface RecordedEvent {
  readonly position: number
  readonly tenant: string
  readonly streamId: string
  readonly version: number
  readonly eventId: string
  readonly type: string
  readonly schemaVersion: number
  readonly data: JsonObject
  readonly metadata: EventMetadata
  readonly recordedAt: string
}

/** The part of a recorded event that folds see. */
export const toFact = (event: RecordedEvent): Fact => ({
  type: event.type,
  data: event.data,
  version: event.version,
  recordedAt: event.recordedAt,
  actor: event.metadata.actor
})
