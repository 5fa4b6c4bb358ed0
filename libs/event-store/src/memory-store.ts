import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Effect, Layer } from "effect"
import { type AppendCommand, type AppendOutcome, EventStore, type Snapshot } from "./store.port.ts"

interface UsedKey {
  readonly hash: string
  readonly streamId: string
  readonly version: number
  readonly commandId: string
  readonly expiresAt: number
}

/** The event store in memory, for specs of what stands on it. Held to the same conformance suite as the Postgres one. */
export const memoryStoreLayer = Layer.sync(EventStore, () => {
  const log: Array<RecordedEvent> = []
  const streams = new Map<string, Array<RecordedEvent>>()
  const keys = new Map<string, UsedKey>()
  const snapshots = new Map<string, Snapshot>()
  const head = (tenant: string, streamId: string): number => streams.get(`${tenant} ${streamId}`)?.length ?? 0
  const keyId = (tenant: string, scope: string, key: string): string => JSON.stringify([tenant, scope, key])

  const appendOne = (command: AppendCommand, now: number, spoiled: Set<string>): AppendOutcome => {
    const refuse = (outcome: AppendOutcome): AppendOutcome => {
      for (const { streamId } of command.streams) spoiled.add(`${command.tenant} ${streamId}`)
      return outcome
    }
    for (const [index, { scope, key, hash }] of command.keys.entries()) {
      const used = keys.get(keyId(command.tenant, scope, key))
      if (used === undefined || used.expiresAt <= now) continue
      if (used.hash !== hash) return refuse({ _tag: "key-reused", key: index })
      const { streamId, version, commandId } = used
      return refuse({ _tag: "replayed", key: index, streamId, version, commandId })
    }
    for (const { streamId, expected } of command.streams) {
      const stale = spoiled.has(`${command.tenant} ${streamId}`) || head(command.tenant, streamId) !== expected
      if (stale) return refuse({ _tag: "conflict" })
    }
    const recordedAt = new Date(now).toISOString()
    for (const { stream, eventId, type, schemaVersion, data, metadata } of command.events) {
      const streamId = command.streams[stream]?.streamId as string
      const events = streams.get(`${command.tenant} ${streamId}`) ?? []
      const event: RecordedEvent = {
        position: log.length + 1,
        tenant: command.tenant,
        streamId,
        version: events.length + 1,
        eventId,
        type,
        schemaVersion,
        data: structuredClone(data),
        metadata: structuredClone(metadata),
        recordedAt
      }
      streams.set(`${command.tenant} ${streamId}`, [...events, event])
      log.push(event)
    }
    const first = command.streams[0]?.streamId as string
    if (!command.probe) {
      for (const { scope, key, hash, timeToLive } of command.keys) {
        keys.set(keyId(command.tenant, scope, key), {
          hash,
          streamId: first,
          version: head(command.tenant, first),
          commandId: command.commandId,
          expiresAt: timeToLive === null ? Number.POSITIVE_INFINITY : now + timeToLive * 1000
        })
      }
    }
    return { _tag: "appended", recordedAt }
  }

  return EventStore.of({
    append: (batch) =>
      Effect.sync(() => {
        const now = Date.now()
        const spoiled = new Set<string>()
        return batch.map((command) => appendOne(command, now, spoiled))
      }),
    load: (wanted) =>
      Effect.sync(() =>
        wanted.map(({ tenant, streamId, foldVersion, after }) => {
          const saved = snapshots.get(`${tenant} ${streamId}`)
          const usable = after === 0 && saved?.foldVersion === foldVersion ? saved : undefined
          return {
            snapshot: usable === undefined ? null : { version: usable.version, state: usable.state },
            events: (streams.get(`${tenant} ${streamId}`) ?? [])
              .slice(usable?.version ?? after)
              .map(({ version, type, schemaVersion, data, metadata, recordedAt }) => ({
                version,
                type,
                schemaVersion,
                data,
                actor: metadata.actor,
                recordedAt
              }))
          }
        })
      ),
    saveSnapshot: (snapshot) =>
      Effect.sync(() => {
        const id = `${snapshot.tenant} ${snapshot.streamId}`
        const saved = snapshots.get(id)
        if (saved === undefined || saved.foldVersion !== snapshot.foldVersion || saved.version < snapshot.version) {
          snapshots.set(id, snapshot)
        }
      }),
    horizon: Effect.sync(() => log.length),
    readAll: ({ after, upTo, limit }) => Effect.sync(() => log.slice(after, upTo).slice(0, limit)),
    now: Effect.sync(() => Date.now()),
    sweepKeys: (limit) =>
      Effect.sync(() => {
        const now = Date.now()
        const expired = [...keys].filter(([, used]) => used.expiresAt <= now).slice(0, limit)
        for (const [id] of expired) keys.delete(id)
        return expired.length
      })
  })
})
