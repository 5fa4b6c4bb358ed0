import { cpSync, rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { headers } from "@nats-io/nats-core"
import { WAKE_CONSUMERS } from "@sluice/contracts/event/event.subjects"
import { declaredStream, ensureStream, messageIdAt, Nats, streamState } from "@sluice/messaging"
import { Deferred, Effect, Fiber } from "effect"
import { makeHealth } from "./relay.health.ts"
import { republished } from "./relay.metrics.ts"
import { eventually, relayWorld } from "./relay.spec-support.ts"

const world = await relayWorld()
const { nats: server } = world

const withId = (id: string) => {
  const header = headers()
  header.set("Nats-Msg-Id", id)
  return header
}

/** Ends the relay, after it has saved. */
const end = <A, E>(relay: Fiber.Fiber<A, E>) => Fiber.interrupt(relay)

const incarnations = () =>
  world.admin<{ incarnation: number; start_sequence: number }[]>`
    select incarnation, start_sequence from sluice.relay_incarnations order by incarnation`

const countRepublished = Effect.promise(async () => (await republished.get()).values[0]?.value ?? 0)

/** What must hold after any fault: every event is in the stream, the first occurrences in order. */
const nothingLost = Effect.gen(function* () {
  yield* world.drained
  assert.deepStrictEqual(yield* world.firstOccurrences, yield* Effect.promise(world.eventIds))
})

/** Everything is in the stream exactly once. */
const nothingRepeated = Effect.gen(function* () {
  const ids = (yield* world.stored).map((message) => message.eventId)
  assert.deepStrictEqual(ids, yield* Effect.promise(world.eventIds))
})

describe("the broker", () => {
  it.live("may be away: the outbox grows, and drains by itself later, nothing twice", () =>
    Effect.gen(function* () {
      const health = makeHealth()
      const relay = yield* Effect.forkChild(world.relay(health))
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      yield* Effect.promise(() => server.stop())
      yield* Effect.promise(() => world.appendEvents(700))
      yield* eventually(Effect.sync(() => health.phase === "waiting"))
      yield* Effect.promise(() => server.start())
      yield* nothingLost
      yield* nothingRepeated
      yield* eventually(Effect.sync(() => health.phase === "publishing"))
      yield* end(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("may be killed between taking messages and saying so", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      yield* (yield* Nats).connection
      for (let round = 0; round < 3; round++) {
        const before = (yield* streamState("EVENTS"))?.last ?? 0
        yield* Effect.promise(() => world.appendEvents(1_500))
        yield* world.hasMessages(before + 300)
        yield* Effect.promise(() => server.kill())
        yield* Effect.promise(() => server.start())
        yield* world.drained
      }
      yield* nothingLost
      yield* end(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("may be asked by a relay that has not heard what the one before it published", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      const [saved] = yield* Effect.promise(
        () => world.admin`select floor, floor_event_id, sequence, message_id from sluice.relay_state`
      )
      const before = (yield* streamState("EVENTS"))?.last ?? 0
      const known = (yield* Effect.promise(incarnations)).length
      yield* Effect.promise(() => world.appendEvents(900))
      yield* world.drained
      yield* end(relay)
      yield* Effect.promise(
        () => world.admin`
        update sluice.relay_state set floor = ${saved?.floor}, floor_event_id = ${saved?.floor_event_id},
          sequence = ${saved?.sequence}, message_id = ${saved?.message_id}`
      )
      const next = yield* Effect.forkChild(world.relay())
      yield* world.drained
      assert.strictEqual((yield* streamState("EVENTS"))?.last, before + 900)
      assert.lengthOf(yield* Effect.promise(incarnations), known)
      yield* end(next)
    }).pipe(Effect.provide(world.services))
  )

  it.live("may forget by age: that is no loss", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      const known = (yield* Effect.promise(incarnations)).length
      yield* end(relay)
      yield* (yield* Nats).request((manager) => manager.streams.purge("EVENTS"))
      const next = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(30))
      yield* world.drained
      const ids = (yield* world.stored).map((message) => message.eventId)
      assert.deepStrictEqual(ids, (yield* Effect.promise(world.eventIds)).slice(-30))
      assert.lengthOf(yield* Effect.promise(incarnations), known)
      yield* end(next)
    }).pipe(Effect.provide(world.services))
  )

  it.live("may be full: nothing is lost, and it goes on when there is room", () =>
    Effect.gen(function* () {
      const nats = yield* Nats
      const health = makeHealth()
      const relay = yield* Effect.forkChild(world.relay(health))
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      yield* eventually(Effect.sync(() => health.phase === "publishing"))
      const bytes = (yield* streamState("EVENTS"))?.bytes ?? 0
      const config = declaredStream("EVENTS")
      yield* nats.request((manager) => manager.streams.update("EVENTS", { ...config, max_bytes: bytes + 2_000 }))
      yield* Effect.promise(() => world.appendEvents(50))
      yield* eventually(Effect.sync(() => health.phase === "waiting"))
      assert.include(health.reason, "maximum bytes")
      yield* ensureStream(config)
      yield* world.drained
      assert.strictEqual(
        yield* messageIdAt("EVENTS", (yield* streamState("EVENTS"))?.last ?? 0),
        (yield* Effect.promise(world.eventIds)).at(-1)
      )
      yield* end(relay)
    }).pipe(Effect.provide(world.services))
  )
})

describe("a loss at the broker", () => {
  it.live("of everything, while it was down, is published again in a new incarnation", () =>
    Effect.gen(function* () {
      const nats = yield* Nats
      const told = yield* Deferred.make<void>()
      yield* nats.onWake(WAKE_CONSUMERS, () => void Deferred.doneUnsafe(told, Effect.void))
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      const before = yield* Effect.promise(incarnations)
      yield* Effect.promise(async () => {
        await server.stop()
        server.wipeStore()
        // The ring has been round since: what was published once is in the log alone.
        await world.admin`delete from sluice.outbox where position <= (select floor from sluice.relay_state)`
        await server.start()
        await world.appendEvents(40)
      })
      yield* Deferred.await(told)
      yield* nothingLost
      yield* nothingRepeated
      const after = yield* Effect.promise(incarnations)
      assert.lengthOf(after, before.length + 1)
      assert.strictEqual(after.at(-1)?.start_sequence, 1)
      yield* end(relay)
    }).pipe(Effect.scoped, Effect.provide(world.services))
  )

  it.live("of the stream, made anew by somebody, is found without a restart", () =>
    Effect.gen(function* () {
      const nats = yield* Nats
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(20))
      yield* world.drained
      const before = yield* Effect.promise(incarnations)
      yield* nats.request((manager) => manager.streams.delete("EVENTS"))
      yield* ensureStream(declaredStream("EVENTS"))
      yield* eventually(Effect.promise(async () => (await incarnations()).length === before.length + 1))
      yield* nothingLost
      yield* nothingRepeated
      yield* end(relay)
    }).pipe(Effect.provide(world.services))
  )

  const keepCopy = Effect.promise(async () => {
    await server.stop()
    cpSync(join(world.storeDir, "jetstream"), join(world.storeDir, "copy"), { recursive: true })
    await server.start()
  })
  const bringCopyBack = Effect.promise(async () => {
    await server.stop()
    rmSync(join(world.storeDir, "jetstream"), { recursive: true })
    cpSync(join(world.storeDir, "copy"), join(world.storeDir, "jetstream"), { recursive: true })
    rmSync(join(world.storeDir, "copy"), { recursive: true })
    await server.start()
  })

  it.live("of a tail is found by the running relay and published again", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(100))
      yield* world.drained
      yield* eventually(
        Effect.promise(async () => {
          const [row] = await world.admin`
            select (select floor from sluice.relay_history order by id desc limit 1) = max(position) as kept from sluice.events`
          return row?.kept === true
        })
      )
      yield* keepCopy
      const before = yield* countRepublished
      const kept = (yield* world.stored).length
      yield* Effect.promise(() => world.appendEvents(60))
      yield* world.drained
      yield* bringCopyBack
      yield* Effect.promise(() => world.appendEvents(10))
      yield* nothingLost
      const [last] = (yield* Effect.promise(incarnations)).slice(-1)
      assert.strictEqual(last?.start_sequence, kept + 1)
      assert.strictEqual((yield* countRepublished) - before, 60, "what the broker still held was not published again")
      yield* end(relay)
    }).pipe(Effect.provide(world.services))
  )

  it.live("of a tail that new messages have covered since is found by the message at our mark", () =>
    Effect.gen(function* () {
      const nats = yield* Nats
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(30))
      yield* world.drained
      yield* keepCopy
      yield* Effect.promise(() => world.appendEvents(60))
      yield* world.drained
      yield* end(relay)
      yield* bringCopyBack
      yield* eventually(Effect.sync(nats.isConnected))
      const nc = yield* nats.connection
      const foreign = Effect.promise(async () => {
        for (let n = 0; n < 60; n++) {
          await nc.request("evt.acme.session.opened.1", "{}", { timeout: 1_000, headers: withId(`foreign-${n}`) })
        }
      })
      yield* foreign
      const last = (yield* streamState("EVENTS"))?.last ?? 0
      const next = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(10))
      yield* world.drained
      const first = (yield* world.firstOccurrences).filter((id) => !id.startsWith("foreign"))
      assert.deepStrictEqual(first, yield* Effect.promise(world.eventIds))
      assert.strictEqual((yield* Effect.promise(incarnations)).at(-1)?.start_sequence, last + 1)
      yield* end(next)
    }).pipe(Effect.provide(world.services))
  )

  it.live("goes back to an older point of the history, through messages the broker still remembers", () =>
    Effect.gen(function* () {
      const relay = yield* Effect.forkChild(world.relay())
      yield* Effect.promise(() => world.appendEvents(50))
      yield* world.drained
      yield* end(relay)
      // Nothing of the history is held any more but the beginning; all messages are still within the duplicate window.
      yield* Effect.promise(() => world.admin`update sluice.relay_history set message_id = 'lost'`)
      yield* Effect.promise(() => world.admin`update sluice.relay_state set message_id = 'lost'`)
      const before = yield* Effect.promise(incarnations)
      const next = yield* Effect.forkChild(world.relay())
      yield* eventually(Effect.promise(async () => (await incarnations()).length === before.length + 1))
      yield* Effect.promise(() => world.appendEvents(5))
      yield* world.drained
      const first = (yield* world.firstOccurrences).filter((id) => !id.startsWith("foreign"))
      assert.deepStrictEqual(first, yield* Effect.promise(world.eventIds))
      assert.lengthOf(yield* Effect.promise(incarnations), before.length + 1)
      yield* end(next)
    }).pipe(Effect.provide(world.services))
  )
})
