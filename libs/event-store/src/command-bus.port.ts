import type { Actor } from "@sluice/contracts/actor/actor"
import type { DomainEvent, Fact, JsonObject } from "@sluice/contracts/event/event.envelope"
import { Context, type Effect, type Result, Schema } from "effect"
import type { CommandKey, StoreError } from "./store.port.ts"

/** A kind of stream: how its events become state. `foldVersion` changes whenever old snapshots must not be used. */
export interface Category<S, E extends DomainEvent = DomainEvent> {
  readonly category: string
  readonly foldVersion: number
  readonly initial: S
  readonly evolve: (state: S, fact: Fact<E>) => S
  /** The state as a snapshot holds it, and back; `decode` throws for what is no snapshot of this fold version. */
  readonly encode: (state: S) => JsonObject
  readonly decode: (snapshot: unknown) => S
  /** About how many kibibytes a state takes in memory, where that may be more than one. */
  readonly weigh?: (state: S) => number
}

/** A stream a command decides on: the state so far, and its version (0: it does not exist). */
export interface StreamState<S> {
  readonly id: string
  readonly version: number
  readonly state: S
}

/** A stream that a command decides on. */
export interface StreamRef<S> {
  // biome-ignore lint/suspicious/noExplicitAny: a category's own event type stays inside it
  readonly category: Category<S, any>
  readonly id: string
  /** The id was made for this very command: no need to look whether the stream exists (the append does). */
  readonly isNew?: boolean
}

/** Events for one of the command's streams (index into `streams`). */
export interface Appended {
  readonly stream: number
  readonly event: DomainEvent
}

/**
 * A command on its way in. `decide` is pure: it sees the streams' states and the database's time and answers events
 * (none: nothing changes) or a refusal. It may be called again on fresh state after a lost race.
 */
export interface BusCommand<S extends ReadonlyArray<unknown>, Refusal> {
  readonly tenant: string
  readonly actor: Actor
  readonly correlationId: string
  readonly traceparent?: string
  /** The caller's own key first, then natural ones. */
  readonly keys: ReadonlyArray<CommandKey>
  readonly streams: { readonly [K in keyof S]: StreamRef<S[K]> }
  /** `If-Match`: the version the caller saw of the first stream; another one is refused with `VersionMismatch`. */
  readonly ifMatch?: number
  readonly decide: (
    streams: { readonly [K in keyof S]: StreamState<S[K]> },
    context: { readonly now: number }
  ) => Result.Result<ReadonlyArray<Appended>, Refusal>
}

/** `state` and `version` of every stream after the command, and how many events it appended. */
export interface Accepted<S extends ReadonlyArray<unknown>> {
  readonly streams: { readonly [K in keyof S]: StreamState<S[K]> }
  readonly appended: number
  /** Index of the key under which this was done before; undefined when done now. Only the first stream is then given as it was. */
  readonly replayed?: number
}

export class VersionMismatch extends Schema.TaggedError<VersionMismatch>()("VersionMismatch", {
  expected: Schema.Int,
  actual: Schema.Int
}) {}
/** A key was used before for another command or payload. */
export class KeyReused extends Schema.TaggedError<KeyReused>()("KeyReused", {
  key: Schema.Int,
  scope: Schema.String
}) {}
/** Other writers won the race too often. */
export class LostRace extends Schema.TaggedError<LostRace>()("LostRace", { attempts: Schema.Int }) {}
/** The queue is full; nothing was done. */
export class Overloaded extends Schema.TaggedError<Overloaded>()("Overloaded", { queued: Schema.Int }) {}

export type BusError = VersionMismatch | KeyReused | LostRace | Overloaded | StoreError

/** Takes commands, decides them on cached state and appends them in groups (see `group-commit.ts`). */
export class CommandBus extends Context.Service<
  CommandBus,
  {
    readonly execute: <S extends ReadonlyArray<unknown>, Refusal>(
      command: BusCommand<S, Refusal>
    ) => Effect.Effect<Accepted<S>, Refusal | BusError>
    /** The state of one stream as of now, from cache or store, guarded by nothing: for existence checks. */
    readonly peek: <S>(tenant: string, stream: StreamRef<S>) => Effect.Effect<StreamState<S>, StoreError>
  }
>()("sluice/CommandBus") {}
