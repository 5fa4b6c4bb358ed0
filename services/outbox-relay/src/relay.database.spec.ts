import { assert, describe, it } from "@effect/vitest"
import { Nats, streamState } from "@sluice/messaging"
import { DbError } from "@sluice/postgres"
import { Effect, Fiber } from "effect"
import { makeHealth } from "./relay.health.ts"
import { truncateOnce } from "./relay.ring.ts"
import { eventually, relayWorld } from "./relay.spec-support.ts"
import { claimState, nothingPublished, saveMark } from "./relay.state.ts"

const world = await relayWorld()
const { admin } = world

/** Whole partitions of the outbox lie 65,536 positions apart: jumps to the start of the next one. */
const nextPartition = () =>
  admin`select setval('sluice.events_position_seq', ((last_value >> 16) + 1) << 16) from sluice.events_position_seq`
const outboxRows = async () => (await admin<{ n: number }[]>`select count(*)::int as n from sluice.outbox`)[0]?.n

describe("the ring of outbox partitions", () => {
  it.live("is emptied below the saved floor, and only there", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      yield* Fiber.interrupt(relay)
      // A published partition, one with a waiting row in it, and the one being written.
      yield* Effect.promise(async () => {
        await nextPartition()
        await world.appendEvents(10)
        await nextPartition()
        await world.appendEvents(5)
      })
      assert.deepStrictEqual(yield* truncateOnce, { truncated: 1, blocked: 0 })
      assert.strictEqual(yield* Effect.promise(outboxRows), 15)
      const next = yield* Effect.forkChild(world.relay())
      yield* world.drained
      yield* eventually(Effect.promise(async () => (await outboxRows()) === 5))
      assert.deepStrictEqual(
        (yield* world.stored).map((message) => message.eventId),
        yield* Effect.promise(world.eventIds)
      )
      yield* Fiber.interrupt(next)
    }).pipe(Effect.provide(world.services))
  )

  it.live("keeps a row that was added while it waited for the partition", () =>
    Effect.gen(function* () {
      const [floor] = yield* Effect.promise(() => admin`select floor from sluice.relay_state`)
      const slot = (position: number) => (position >> 16) & 7
      yield* Effect.promise(async () => {
        await nextPartition()
        await admin`insert into sluice.outbox (slot, position, subject) values (${slot(floor?.floor)}, ${floor?.floor}, 'x')`
      })
      const writer = yield* Effect.promise(() => admin.reserve())
      const late = Number(floor?.floor) + 1
      yield* Effect.promise(async () => {
        await writer`begin`
        await writer`insert into sluice.outbox (slot, position, subject) values (${slot(late)}, ${late}, 'late')`
      })
      const truncating = yield* Effect.forkChild(truncateOnce)
      yield* eventually(
        Effect.promise(async () => {
          const [row] = await admin`select exists (select from pg_locks where not granted) as waiting`
          return row?.waiting === true || truncating.pollUnsafe() !== undefined
        })
      )
      yield* Effect.promise(() => writer`commit`.then(() => writer.release()))
      yield* Fiber.join(truncating)
      const [kept] = yield* Effect.promise(() => admin`select 1 from sluice.outbox where position = ${late}`)
      assert.isDefined(kept)
      yield* Effect.promise(() => admin`delete from sluice.outbox where subject in ('x', 'late')`)
    }).pipe(Effect.provide(world.services))
  )

  it.live("leaves a partition alone that somebody holds, while events flow", () =>
    Effect.gen(function* () {
      const reader = yield* Effect.promise(() => admin.reserve())
      yield* Effect.promise(async () => {
        await nextPartition()
        await world.appendEvents(10)
        await reader`begin isolation level repeatable read`
        await reader`select count(*) from sluice.outbox`
        await nextPartition()
        await world.appendEvents(10)
      })
      const relay = yield* Effect.forkChild(world.relay())
      yield* world.drained
      const rows = yield* Effect.promise(outboxRows)
      const { truncated, blocked } = yield* truncateOnce
      assert.strictEqual(truncated, 0)
      assert.isAbove(blocked, 0)
      assert.strictEqual(yield* Effect.promise(outboxRows), rows)
      yield* Effect.promise(() => world.appendEvents(10))
      yield* world.drained
      yield* Effect.promise(() => reader`commit`.then(() => reader.release()))
      yield* truncateOnce
      assert.strictEqual(yield* Effect.promise(outboxRows), 20)
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("stays thin beside an old snapshot that has not touched it", () =>
    Effect.gen(function* () {
      const reader = yield* Effect.promise(() => admin.reserve())
      yield* Effect.promise(async () => {
        await reader`begin isolation level repeatable read`
        await reader`select count(*) from sluice.streams`
      })
      const relay = yield* Effect.forkChild(world.relay())
      for (let lap = 0; lap < 10; lap++) {
        yield* Effect.promise(() => nextPartition())
        yield* Effect.promise(() => world.appendEvents(10))
        yield* world.drained
        yield* truncateOnce
      }
      assert.strictEqual(yield* Effect.promise(outboxRows), 10)
      assert.deepStrictEqual(
        (yield* world.stored).map((message) => message.eventId),
        yield* Effect.promise(world.eventIds)
      )
      yield* Effect.promise(() => reader`commit`.then(() => reader.release()))
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )
})

describe("the epoch", () => {
  it.live("refuses the saves of a leader that has been replaced", () =>
    Effect.gen(function* () {
      const { mark } = yield* claimState(1_000)
      yield* claimState(1_001)
      const save = yield* Effect.flip(saveMark(1_000, nothingPublished, true))
      const claim = yield* Effect.flip(claimState(1_000))
      assert.instanceOf(save, DbError)
      assert.strictEqual(save.code, "SL001")
      assert.strictEqual(claim.code, "SL001")
      assert.deepStrictEqual((yield* claimState(1_001)).mark, mark)
      yield* Effect.promise(() => admin`update sluice.relay_state set epoch = 0`)
    }).pipe(Effect.provide(world.services))
  )

  it.live("ends a relay that finds itself replaced, and it stands by", () =>
    Effect.gen(function* () {
      const health = makeHealth()
      const relay = yield* Effect.forkChild(world.relay(health))
      yield* eventually(Effect.sync(() => health.phase === "publishing"))
      yield* Effect.promise(() => admin`update sluice.relay_state set epoch = 1000000`)
      yield* Effect.promise(() => world.appendEvents(1))
      yield* eventually(Effect.sync(() => health.phase === "standby"))
      yield* Fiber.interrupt(relay)
      yield* Effect.promise(() => admin`update sluice.relay_state set epoch = 0`)
    }).pipe(Effect.provide(world.services))
  )
})

describe("a restored database", () => {
  /** Brings the tables back to how they were at a position, as restoring a backup from that moment would. */
  const restorePoint = async () => {
    const [position] = await admin`select coalesce(max(position), 0) as last from sluice.events`
    await admin`drop table if exists public.saved_state`
    await admin`create table public.saved_state as select * from sluice.relay_state`
    await admin`drop table if exists public.saved_history`
    await admin`create table public.saved_history as select * from sluice.relay_history`
    return () =>
      admin.begin(async (sql) => {
        await sql`delete from sluice.events where position > ${position?.last}`
        await sql`delete from sluice.outbox where position > ${position?.last}`
        await sql`delete from sluice.streams s where not exists (select from sluice.events e where e.stream_id = s.stream_id)`
        await sql`delete from sluice.relay_state`
        await sql`insert into sluice.relay_state select * from public.saved_state`
        await sql`delete from sluice.relay_history`
        await sql`insert into sluice.relay_history overriding system value select * from public.saved_history`
      })
  }

  it.live("is not published over: the relay stops and says what to do, and goes on once that is done", () =>
    Effect.gen(function* () {
      const nats = yield* Nats
      const first = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(30))
      yield* world.drained
      yield* Fiber.interrupt(first)
      const restore = yield* Effect.promise(restorePoint)
      const second = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      yield* Fiber.interrupt(second)
      yield* Effect.promise(restore)
      yield* Effect.promise(() => world.appendEvents(20))

      const before = (yield* streamState("EVENTS"))?.last
      const health = makeHealth()
      const relay = yield* Effect.forkChild(world.relay(health))
      yield* eventually(Effect.sync(() => health.phase === "halted"))
      assert.include(health.reason, "does not have")
      assert.include(health.reason, "delete the stream EVENTS")
      assert.strictEqual((yield* streamState("EVENTS"))?.last, before)

      yield* nats.request((manager) => manager.streams.delete("EVENTS"))
      yield* world.drained
      assert.deepStrictEqual(
        (yield* world.stored).map((message) => message.eventId),
        yield* Effect.promise(world.eventIds)
      )
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("is noticed by a relay that runs on while commits are lost", () =>
    Effect.gen(function* () {
      const health = makeHealth()
      const relay = yield* Effect.forkChild(world.relay(health))
      yield* Effect.promise(() => world.appendEvents(10))
      yield* world.drained
      const before = (yield* streamState("EVENTS"))?.last
      yield* Effect.promise(
        () => admin`delete from sluice.events where position = (select max(position) from sluice.events)`
      )
      yield* eventually(Effect.sync(() => health.phase === "halted"))
      assert.include(health.reason, "is not at position")
      assert.strictEqual((yield* streamState("EVENTS"))?.last, before)
      yield* Fiber.interrupt(relay)
    }).pipe(Effect.provide(world.services))
  )
})
