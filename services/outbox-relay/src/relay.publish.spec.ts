import { assert, describe, it } from "@effect/vitest"
import { toCloudEvent } from "@sluice/contracts/event/event.cloud-event"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import { messageAt, Nats } from "@sluice/messaging"
import { Effect, Fiber } from "effect"
import { v7 } from "uuid"
import { eventually, relayWorld } from "./relay.spec-support.ts"

const world = await relayWorld()

describe("publishing", () => {
  it.live("sends every event once, in order, as the CloudEvent that the contract says", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => world.appendEvents(3_000))
      const relay = yield* Effect.forkChild(world.relay())
      yield* world.drained
      const ids = yield* Effect.promise(world.eventIds)
      const messages = yield* world.stored
      assert.deepStrictEqual(
        messages.map((message) => message.eventId),
        ids
      )
      assert.deepStrictEqual(
        messages.map((message) => message.sequence),
        ids.map((_, index) => index + 1)
      )

      const message = yield* messageAt("EVENTS", 17)
      const [row] = yield* Effect.promise(
        () => world.admin`
        select *, to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time from sluice.events order by position offset 16 limit 1`
      )
      const event: RecordedEvent = {
        position: row?.position,
        tenant: row?.tenant,
        streamId: row?.stream_id,
        version: row?.version,
        eventId: row?.event_id,
        type: row?.type,
        schemaVersion: row?.schema_version,
        data: row?.data,
        metadata: row?.metadata,
        recordedAt: row?.time
      }
      const text = new TextDecoder().decode(message?.data)
      assert.strictEqual(JSON.stringify(JSON.parse(text)), JSON.stringify(toCloudEvent(event)))
      assert.strictEqual(message?.subject, eventSubject(event.tenant, event.type, event.streamId))
      const raw = yield* (yield* Nats).request((manager) => manager.streams.getMessage("EVENTS", { seq: 17 }))
      assert.strictEqual(raw?.header.get("Content-Type"), "application/cloudevents+json")
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("carries the trace parent, and metadata with every kind of character", () =>
    Effect.gen(function* () {
      const one = world.command(1)
      ;(one.events[0] as Array<unknown>)[5] = {
        actor: { kind: "human", id: 'u"1\\', roles: [] },
        correlationId: 'c"\n',
        causationId: "é\u2028",
        traceparent: "00-ab-cd-01"
      }
      yield* Effect.promise(() => world.append([one]))
      const relay = yield* Effect.forkChild(world.relay())
      yield* world.drained
      const last = (yield* world.stored).at(-1)
      const event = JSON.parse(new TextDecoder().decode((yield* messageAt("EVENTS", last?.sequence ?? 0))?.data))
      assert.strictEqual(event.traceparent, "00-ab-cd-01")
      assert.strictEqual(event.actor.id, 'u"1\\')
      assert.strictEqual(event.correlationid, 'c"\n')
      assert.strictEqual(event.causationid, "é\u2028")
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("never skips a row that is hidden behind a slow transaction", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      yield* world.drained
      const before = (yield* world.stored).length
      const slow = yield* Effect.promise(() => world.admin.reserve())
      yield* Effect.promise(async () => {
        await slow`begin`
        await slow`select sluice.append(${slow.json([world.command(1)] as never)})`
        // Its position is given out and not committed; these commit with higher ones.
        await world.append([world.command(2), world.command(2)])
      })
      // Long enough for many looks at the outbox: each probe of the horizon is a transaction of the relay.
      const probes = () =>
        world.admin<{ n: number }[]>`
        select xact_commit::int as n from pg_stat_database where datname = current_database()`.then(
          (rows) => rows[0]?.n ?? 0
        )
      const start = yield* Effect.promise(probes)
      yield* eventually(Effect.promise(async () => (await probes()) > start + 20))
      assert.lengthOf(yield* world.stored, before)
      yield* Effect.promise(() => slow`commit`.then(() => slow.release()))
      yield* world.drained
      const ids = yield* Effect.promise(world.eventIds)
      assert.deepStrictEqual(
        (yield* world.stored).map((message) => message.eventId),
        ids
      )
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("goes on after events that are near the size limit", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      const big = Array.from({ length: 40 }, () => {
        const one = world.command(1, `session-${v7()}`)
        ;(one.events[0] as Array<unknown>)[4] = { role: "pm", taskId: null, metadata: { text: "x".repeat(250_000) } }
        return one
      })
      yield* Effect.promise(() => world.append(big))
      yield* world.drained
      const ids = yield* Effect.promise(world.eventIds)
      assert.deepStrictEqual(
        (yield* world.stored).map((message) => message.eventId),
        ids
      )
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )
})
