import type { Fact } from "@sluice/contracts/event/event.envelope"
import { decodeEvent } from "@sluice/contracts/event/event.registry"
import { Effect } from "effect"
import type { StreamRef } from "./command-bus.port.ts"
import type { Folded } from "./state-cache.ts"
import type { EventStore, LoadedStream, Snapshot, StoreError } from "./store.port.ts"

/** A new snapshot is worth its row after this many events. */
export const SNAPSHOT_EVERY = 100

export interface LoadRequest {
  readonly tenant: string
  readonly ref: StreamRef<unknown>
}

export const streamIdOf = (ref: StreamRef<unknown>): string => `${ref.category.category}-${ref.id}`

/** Throws what `decode` and `evolve` throw, and for events that nobody knows. */
export const fold = (ref: StreamRef<unknown>, loaded: LoadedStream, upTo = Number.POSITIVE_INFINITY): Folded => {
  const { category } = ref
  let state = loaded.snapshot === null ? category.initial : category.decode(loaded.snapshot.state)
  let version = loaded.snapshot?.version ?? 0
  for (const event of loaded.events) {
    if (event.version > upTo) break
    const decoded = decodeEvent({ ...event, metadata: { actor: event.actor } })
    state = category.evolve(state, { ...event, type: decoded.type, data: decoded.data } as Fact)
    version = event.version
  }
  return { version, state }
}

export const snapshotOf = (tenant: string, ref: StreamRef<unknown>, folded: Folded): Snapshot => ({
  tenant,
  streamId: streamIdOf(ref),
  version: folded.version,
  foldVersion: ref.category.foldVersion,
  state: ref.category.encode(folded.state)
})

/** Folds streams from snapshot and tail; `stale` are snapshots worth saving because their tails have grown long. */
export const loadStates = (
  store: EventStore["Service"],
  requests: ReadonlyArray<LoadRequest>
): Effect.Effect<{ readonly folds: ReadonlyArray<Folded>; readonly stale: ReadonlyArray<Snapshot> }, StoreError> =>
  store
    .load(
      requests.map(({ tenant, ref }) => ({
        tenant,
        streamId: streamIdOf(ref),
        foldVersion: ref.category.foldVersion,
        after: 0
      }))
    )
    .pipe(
      Effect.map((loaded) => {
        const folds = loaded.map((one, index) => fold((requests[index] as LoadRequest).ref, one))
        const stale = folds.flatMap((folded, index) => {
          const { tenant, ref } = requests[index] as LoadRequest
          return (loaded[index] as LoadedStream).events.length > SNAPSHOT_EVERY ? [snapshotOf(tenant, ref, folded)] : []
        })
        return { folds, stale }
      })
    )

/** The fold of a stream as it was at `version`: from its events alone, since the snapshot may be newer. */
export const loadStateAt = (
  store: EventStore["Service"],
  { tenant, ref }: LoadRequest,
  version: number
): Effect.Effect<Folded, StoreError> =>
  store
    .load([{ tenant, streamId: streamIdOf(ref), foldVersion: -1, after: 0 }])
    .pipe(Effect.map(([loaded]) => fold(ref, loaded as LoadedStream, version)))
