import { idOf } from "@sluice/contracts/event/event.stream-id"
import { Effect, Result } from "effect"
import { KeyReused, LostRace, type StreamRef } from "./command-bus.port.ts"
import { type Decided, decisionOn, evolveOne, streamsOf } from "./decide-batch.ts"
import { type LoadRequest, loadStateAt, SNAPSHOT_EVERY, snapshotOf } from "./load-states.ts"
import { patiently } from "./patience.ts"
import { type PendingCommand, streamKey } from "./pending-command.ts"
import type { Folded, StateCache } from "./state-cache.ts"
import type { AppendOutcome, EventStore, Snapshot, StoreError } from "./store.port.ts"

const refOf = (pending: PendingCommand, index: number): StreamRef<unknown> =>
  pending.command.streams[index] as StreamRef<unknown>

/** Gives every command of an appended batch its answer, in order, and keeps the cache true. */
export class BatchSettlement {
  /** Folds with the times that the database recorded, which replace the provisional ones of the decisions. */
  readonly #confirmed = new Map<string, Folded>()
  readonly #store: EventStore["Service"]
  readonly #cache: StateCache
  readonly snapshots: Array<Snapshot> = []

  constructor(store: EventStore["Service"], cache: StateCache) {
    this.#store = store
    this.#cache = cache
  }

  /** The streams as a decision saw them, with what earlier commands of the batch have recorded since. */
  #confirmedOf({ pending, before }: Decided): Array<Folded> {
    return before.map((folded, index) => this.#confirmed.get(pending.streamKeys[index] as string) ?? folded)
  }

  /** A refusal that looked at what an earlier command of the batch would do is made again on what that one did. */
  #refused(decided: Decided, error: unknown, again: (pending: PendingCommand) => void): void {
    const { pending, now } = decided
    const foresaw = pending.streamKeys.some((key) => this.#confirmed.has(key))
    const decision = foresaw ? decisionOn(pending, this.#confirmedOf(decided), now) : Result.fail(error)
    if (Result.isFailure(decision)) pending.refuse(decision.failure)
    else again(pending)
  }

  #appended(decided: Decided, recordedAt: string): void {
    const { pending, events, before } = decided
    const folds = this.#confirmedOf(decided)
    for (const { stream, event } of events) {
      const folded = folds[stream] as Folded
      folds[stream] = evolveOne(refOf(pending, stream), folded, event, recordedAt, pending.command.actor)
    }
    for (const [index, folded] of folds.entries()) {
      const key = pending.streamKeys[index] as string
      this.#confirmed.set(key, folded)
      this.#cache.keep(key, refOf(pending, index), folded)
      const since = (before[index] as Folded).version
      if (Math.floor(folded.version / SNAPSHOT_EVERY) > Math.floor(since / SNAPSHOT_EVERY)) {
        this.snapshots.push(snapshotOf(pending.command.tenant, refOf(pending, index), folded))
      }
    }
    pending.accept({ streams: streamsOf(pending, folds), appended: events.length })
  }

  /** A stream as it was at a version, from the cache when that is its version. */
  #at({ tenant, ref }: LoadRequest, version: number, deadline: number): Effect.Effect<Folded, StoreError> {
    const cached = this.#cache.get(streamKey(tenant, ref))
    return cached?.version === version
      ? Effect.succeed(cached)
      : loadStateAt(this.#store, { tenant, ref }, version).pipe(patiently(deadline))
  }

  /** The key had its effect before: by this very command when an earlier append's answer was lost, else by another one. */
  #replayed(decided: Decided, outcome: AppendOutcome & { _tag: "replayed" }): Effect.Effect<void> {
    const { pending, events } = decided
    const { tenant } = pending.command
    const own = outcome.commandId === pending.commandId
    const first = { ...refOf(pending, 0), id: idOf(outcome.streamId) }
    const others = pending.command.streams.slice(1) as ReadonlyArray<StreamRef<unknown>>
    for (const key of pending.streamKeys) this.#cache.forget(key)
    return Effect.all([
      this.#at({ tenant, ref: first }, outcome.version, pending.deadline),
      ...others.map((ref) => this.#at({ tenant, ref }, Number.POSITIVE_INFINITY, pending.deadline))
    ]).pipe(
      Effect.match({
        onFailure: (error) => pending.refuse(error),
        onSuccess: ([folded, ...rest]) =>
          pending.accept({
            streams: [
              { id: first.id, version: (folded as Folded).version, state: (folded as Folded).state },
              ...rest.map(({ version, state }, index) => ({ id: refOf(pending, index + 1).id, version, state }))
            ],
            appended: own ? events.length : 0,
            ...(own ? {} : { replayed: outcome.key })
          })
      })
    )
  }

  /**
   * Answers the command, or hands it to `again` when it must be decided on fresh state. `maxAttempts` lost races end it
   * with `LostRace`.
   */
  settle(
    decided: Decided,
    outcome: AppendOutcome,
    maxAttempts: number,
    again: (pending: PendingCommand) => void
  ): Effect.Effect<void> {
    const { pending, refusal } = decided
    switch (outcome._tag) {
      case "appended":
        return Effect.sync(() => {
          try {
            if (refusal !== undefined) this.#refused(decided, refusal.error, again)
            else this.#appended(decided, outcome.recordedAt)
          } catch (defect) {
            pending.die(defect)
          }
        })
      case "conflict":
        return Effect.sync(() => {
          for (const key of pending.streamKeys) this.#cache.forget(key)
          pending.loaded.clear()
          pending.attempts += 1
          if (pending.attempts >= maxAttempts) pending.refuse(new LostRace({ attempts: pending.attempts }))
          else again(pending)
        })
      case "key-reused":
        return Effect.sync(() =>
          pending.refuse(
            new KeyReused({ key: outcome.key, scope: pending.command.keys[outcome.key]?.scope ?? "sluice" })
          )
        )
      case "replayed":
        return this.#replayed(decided, outcome)
    }
  }
}
