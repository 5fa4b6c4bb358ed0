import type { EventMetadata, JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Context, type Effect, Schema } from "effect"

/**
 * One use of a key: at most one command takes effect per (tenant, scope, key) while the key lives. A caller's
 * `Idempotency-Key` has the caller as scope and a time to live; a natural key (a usage id) lives for ever.
 */
export interface CommandKey {
  readonly scope: string
  readonly key: string
  /** Of command and payload, equal on every door. */
  readonly hash: string
  /** Seconds; null for ever. */
  readonly timeToLive: number | null
}

export interface NewEvent {
  /** UUIDv7; stays the same when an append of unknown outcome is repeated. */
  readonly eventId: string
  /** Index into the command's streams. */
  readonly stream: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: JsonObject
  readonly metadata: EventMetadata
}

/** What a command appends, all or nothing. Without events it is a guard: are these streams still at these versions? */
export interface AppendCommand {
  /** UUIDv7; a repeated append recognises its own earlier success by it. */
  readonly commandId: string
  readonly tenant: string
  readonly keys: ReadonlyArray<CommandKey>
  /** True for a refusal: its keys are looked up and not taken. */
  readonly probe: boolean
  /** A replay of a key points at the first one. */
  readonly streams: ReadonlyArray<{ readonly streamId: string; readonly expected: number }>
  readonly events: ReadonlyArray<NewEvent>
}

export type AppendOutcome =
  /** Appended (or, without events, found to be as expected) at `recordedAt`. */
  | { readonly _tag: "appended"; readonly recordedAt: string }
  /** A stream is not at the expected version; nothing of the command was done. */
  | { readonly _tag: "conflict" }
  /** Key number `key` had this effect already: `version` of `streamId`, by command `commandId`. */
  | {
      readonly _tag: "replayed"
      readonly key: number
      readonly streamId: string
      readonly version: number
      readonly commandId: string
    }
  /** Key number `key` was used for something else. */
  | { readonly _tag: "key-reused"; readonly key: number }

/** The store could not do it now (`retryable`), or this very input can never be stored (not `retryable`). */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  message: Schema.String,
  /** SQLSTATE or the name of a connection's failure. */
  code: Schema.String,
  retryable: Schema.Boolean,
  /** The connection broke: it may have been done. Repeat it with the same ids and keys. */
  outcomeUnknown: Schema.Boolean
}) {}

export interface StreamRequest {
  readonly tenant: string
  readonly streamId: string
  /** A snapshot of another fold version is ignored. */
  readonly foldVersion: number
  /** 0 to load from a snapshot or the beginning; otherwise only the events after this version. */
  readonly after: number
}
export interface LoadedStream {
  readonly snapshot: { readonly version: number; readonly state: JsonObject } | null
  readonly events: ReadonlyArray<StoredFact>
}
export interface StoredFact {
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: JsonObject
  readonly actor: EventMetadata["actor"]
  readonly recordedAt: string
}
export interface Snapshot {
  readonly tenant: string
  readonly streamId: string
  readonly version: number
  readonly foldVersion: number
  readonly state: JsonObject
}

/** Where events are kept. Bound by Postgres and by memory; one conformance suite holds both to this page. */
export class EventStore extends Context.Service<
  EventStore,
  {
    /** One transaction for the batch, one answer per command in its order. Either all answers or a `StoreError`. */
    readonly append: (batch: ReadonlyArray<AppendCommand>) => Effect.Effect<ReadonlyArray<AppendOutcome>, StoreError>
    /** In the order asked; a stream that does not exist has no snapshot and no events. */
    readonly load: (streams: ReadonlyArray<StreamRequest>) => Effect.Effect<ReadonlyArray<LoadedStream>, StoreError>
    readonly saveSnapshot: (snapshot: Snapshot) => Effect.Effect<void, StoreError>
    /** Everything up to here is committed or will never be. Never waits for a writer; it lags behind a paused one. */
    readonly horizon: Effect.Effect<number, StoreError>
    /** Events of all streams that the role may see, `after < position ≤ upTo`, in order of position. */
    readonly readAll: (range: {
      readonly after: number
      readonly upTo: number
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<RecordedEvent>, StoreError>
    /** The database's clock: epoch milliseconds. */
    readonly now: Effect.Effect<number, StoreError>
    /** Deletes at most `limit` expired keys; answers how many. */
    readonly sweepKeys: (limit: number) => Effect.Effect<number, StoreError>
  }
>()("sluice/EventStore") {}
