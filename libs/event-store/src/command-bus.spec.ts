import { assert, it } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { v7 } from "uuid"
import { CommandBus } from "./command-bus.port.ts"
import { commandBusLayer } from "./command-bus.ts"
import { memoryStoreLayer } from "./memory-store.ts"
import { EventStore, StoreError } from "./store.port.ts"
import { openSession, type SessionCommand, updateSession } from "./testing/bus.builders.ts"
import { key } from "./testing/store.builders.ts"

const batches: Array<number> = []
const bus = commandBusLayer({ onBatch: ({ commands }) => batches.push(commands), maxInFlight: 2 })

it.layer(Layer.provideMerge(bus, memoryStoreLayer), { excludeTestServices: true })("the command bus", (it) => {
  it.effect("answers with the state after the command", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const id = v7()
      const opened = yield* bus.execute(openSession(id))
      assert.deepInclude(opened, { appended: 1 })
      assert.deepInclude(opened.streams[0], { id, version: 1 })
      const activated = yield* bus.execute(updateSession(id, { status: "active" }))
      assert.strictEqual(activated.streams[0].version, 2)
      assert.strictEqual(activated.streams[0].state.status, "active")
    })
  )

  it.effect("decides commands on one stream of one batch one after the other", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const id = v7()
      yield* bus.execute(openSession(id))
      batches.length = 0
      const answers = yield* Effect.all(
        [
          Effect.result(bus.execute(updateSession(id, { status: "active" }))),
          Effect.result(bus.execute(updateSession(id, { status: "active" }))),
          Effect.result(bus.execute(updateSession(id, { status: "completed" }))),
          Effect.result(bus.execute(updateSession(id, { status: "paused" })))
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        answers.map((one) =>
          one._tag === "Success" ? [one.success.streams[0].version, one.success.appended] : one.failure._tag
        ),
        [[2, 1], [2, 0], [3, 1], "InvalidTransition"]
      )
      assert.deepStrictEqual(batches, [4])
    })
  )

  it.effect("decides on a state that the cache has no room for", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const [first, second] = [v7(), v7()]
      for (const id of [first, second]) yield* bus.execute(large(openSession(id)))
      const answers = yield* Effect.all(
        [first, second, first].map((id, index) => bus.execute(large(updateSession(id, { metadata: { index } })))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        answers.map(({ streams: [{ version }] }) => version),
        [2, 2, 3]
      )
    }).pipe(Effect.timeout("5 seconds"))
  )

  it.effect("groups what waits while batches are in flight", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      batches.length = 0
      yield* Effect.forEach(Array.from({ length: 300 }), () => bus.execute(openSession()), { concurrency: "unbounded" })
      assert.strictEqual(
        batches.reduce((sum, one) => sum + one, 0),
        300
      )
      assert.isBelow(batches.length, 10)
      assert.isAtMost(Math.max(...batches), 64)
    })
  )

  it.effect("divides what waits among the batches that may be in flight, unless it is little", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      // In one turn of the event loop, as requests come from a socket.
      const open = (count: number) =>
        Effect.promise(() =>
          Promise.all(Array.from({ length: count }, () => Effect.runPromise(bus.execute(openSession()))))
        )
      for (const [commands, first] of [
        [64, 32],
        [20, 16],
        [16, 16]
      ] as const) {
        batches.length = 0
        yield* open(commands)
        assert.strictEqual(batches[0], first)
        assert.strictEqual(
          batches.reduce((sum, one) => sum + one, 0),
          commands
        )
      }
    })
  )

  it.effect("replays a key with the stream as it was, both when repeated later and at the same instant", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const keys = [key(v7())]
      const [first, second] = yield* Effect.all(
        [bus.execute(openSession(v7(), { keys })), bus.execute(openSession(v7(), { keys }))],
        {
          concurrency: "unbounded"
        }
      )
      assert.strictEqual(first.replayed, undefined)
      assert.strictEqual(second.replayed, 0)
      assert.deepStrictEqual(second.streams, first.streams)
      yield* bus.execute(updateSession(first.streams[0].id, { status: "active" }))
      const later = yield* bus.execute(openSession(v7(), { keys }))
      assert.deepStrictEqual(later.streams, first.streams)
    })
  )

  it.effect("answers a replay even where the decision would refuse now", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const id = v7()
      const keys = [key(v7())]
      yield* bus.execute(openSession(id))
      yield* bus.execute(updateSession(id, { status: "active" }, { keys }))
      yield* bus.execute(updateSession(id, { status: "completed" }))
      const replay = yield* bus.execute(updateSession(id, { status: "active" }, { keys }))
      assert.strictEqual(replay.replayed, 0)
      assert.deepInclude(replay.streams[0], { version: 2 })
      const refused = yield* Effect.flip(bus.execute(updateSession(id, { status: "active" }, { keys: [key(v7())] })))
      assert.strictEqual(refused._tag, "InvalidTransition")
    })
  )

  it.effect("refuses a reused key and a version that the caller did not see", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const id = v7()
      const name = v7()
      yield* bus.execute(openSession(id, { keys: [key(name)] }))
      const reused = yield* Effect.flip(bus.execute(openSession(v7(), { keys: [key(name, "another payload")] })))
      assert.strictEqual(reused._tag, "KeyReused")
      const mismatch = yield* Effect.flip(bus.execute(updateSession(id, { status: "active" }, { ifMatch: 7 })))
      assert.deepInclude(mismatch, { _tag: "VersionMismatch", expected: 7, actual: 1 })
    })
  )

  it.effect("decides again on fresh state when somebody else was faster: no stale no-op, no stale refusal", () =>
    Effect.gen(function* () {
      const mine = yield* CommandBus
      const id = v7()
      yield* mine.execute(openSession(id))
      yield* mine.execute(updateSession(id, { status: "active" }))
      yield* mine.execute(updateSession(id, { status: "paused" }))
      const store = yield* EventStore
      yield* Effect.gen(function* () {
        const other = yield* CommandBus
        yield* other.execute(updateSession(id, { status: "active" }))
      }).pipe(Effect.provide(Layer.fresh(commandBusLayer()).pipe(Layer.provide(Layer.succeed(EventStore, store)))))
      // My cache says "paused" at version 3; the truth is "active" at version 4.
      const paused = yield* mine.execute(updateSession(id, { status: "paused" }))
      assert.deepInclude(paused, { appended: 1 })
      assert.strictEqual(paused.streams[0].version, 5)
    })
  )

  it.effect("keeps a defect to the command that has it", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const bad = {
        ...openSession(),
        decide: () => {
          throw new Error("a bug")
        }
      }
      const [exit, good] = yield* Effect.all([Effect.exit(bus.execute(bad)), bus.execute(openSession())], {
        concurrency: "unbounded"
      })
      assert.strictEqual(exit._tag, "Failure")
      assert.strictEqual(good.appended, 1)
    })
  )

  it.effect("saves a snapshot of a long stream and folds the same state from it", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const store = yield* EventStore
      const id = v7()
      yield* bus.execute(openSession(id))
      for (let round = 0; round < 60; round++) {
        yield* bus.execute(updateSession(id, { status: "active" }))
        yield* bus.execute(updateSession(id, { status: "paused" }))
      }
      const [loaded] = yield* store.load([{ tenant: "acme", streamId: `session-${id}`, foldVersion: 1, after: 0 }])
      assert.strictEqual(loaded?.snapshot?.version, 100)
      const fresh = yield* Effect.gen(function* () {
        return yield* (yield* CommandBus).execute(updateSession(id, { status: "paused" }))
      }).pipe(Effect.provide(Layer.fresh(commandBusLayer()).pipe(Layer.provide(Layer.succeed(EventStore, store)))))
      const known = yield* bus.execute(updateSession(id, { status: "paused" }))
      assert.deepStrictEqual(fresh.streams, known.streams)
      assert.strictEqual(fresh.streams[0].version, 121)
    })
  )
})

it.live("a full queue refuses, and nothing of the command is done", () =>
  Effect.gen(function* () {
    const bus = yield* CommandBus
    const results = yield* Effect.forEach(Array.from({ length: 12 }), () => Effect.result(bus.execute(openSession())), {
      concurrency: "unbounded"
    })
    const refused = results.filter((one) => one._tag === "Failure" && one.failure._tag === "Overloaded")
    assert.strictEqual(refused.length, 2)
    assert.strictEqual(yield* EventStore.use((store) => store.horizon), 10)
  }).pipe(Effect.provide(Layer.provideMerge(commandBusLayer({ maxQueued: 10 }), memoryStoreLayer)))
)

/** Two commands at once on a bus of their own, over a store whose `append` was tampered with. */
const both = <A, B, E, F>(
  tamper: (store: EventStore["Service"]) => EventStore["Service"]["append"],
  commands: (bus: CommandBus["Service"]) => readonly [Effect.Effect<A, E>, Effect.Effect<B, F>]
) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const tampered = Layer.succeed(EventStore, EventStore.of({ ...store, append: tamper(store) }))
    return yield* CommandBus.use((bus) => {
      const [first, second] = commands(bus)
      return Effect.all([Effect.result(first), Effect.result(second)], { concurrency: "unbounded" })
    }).pipe(Effect.provide(Layer.fresh(commandBusLayer()).pipe(Layer.provide(tampered))))
  })

it.live("a refusal that looks at a neighbour in its batch tells what was recorded, not what was foreseen", () =>
  Effect.gen(function* () {
    const id = v7()
    yield* CommandBus.use((bus) => bus.execute(openSession(id)))
    const looking: SessionCommand = { ...updateSession(id, {}), decide: ([{ state }]) => Result.fail(state as never) }
    const [activated, seen] = yield* both(
      (store) => (batch) => Effect.delay(store.append(batch), "20 millis"),
      (bus) => [bus.execute(updateSession(id, { status: "active" })), Effect.flip(bus.execute(looking))]
    )
    assert.deepStrictEqual<unknown>(Result.getOrThrow(seen), Result.getOrThrow(activated).streams[0].state)
  }).pipe(Effect.provide(Layer.provideMerge(commandBusLayer(), memoryStoreLayer)))
)

it.live("when a batch is split, nothing is appended on the strength of an earlier command that lost its race", () =>
  Effect.gen(function* () {
    const elsewhere = yield* CommandBus
    const id = v7()
    yield* elsewhere.execute(openSession(id))
    yield* elsewhere.execute(updateSession(id, { status: "active" }))
    const [paused, resumed] = yield* both(
      (store) => (batch) =>
        batch.length === 1
          ? store.append(batch)
          : Effect.andThen(
              Effect.orDie(elsewhere.execute(updateSession(id, { status: "completed" }))),
              Effect.fail(
                new StoreError({ message: "deadlock", code: "40P01", retryable: true, outcomeUnknown: false })
              )
            ),
      (bus) => [
        Effect.flip(bus.execute(updateSession(id, { status: "paused" }))),
        Effect.flip(bus.execute(updateSession(id, { status: "active" })))
      ]
    )
    assert.deepInclude(Result.getOrThrow(paused), { _tag: "InvalidTransition", from: "completed" })
    assert.deepInclude(Result.getOrThrow(resumed), { _tag: "InvalidTransition", from: "completed" })
    assert.strictEqual(yield* EventStore.use((store) => store.horizon), 3)
  }).pipe(Effect.provide(Layer.provideMerge(commandBusLayer(), memoryStoreLayer)))
)

/** On a stream whose state is larger than the cache. */
const large = (command: SessionCommand): SessionCommand => ({
  ...command,
  streams: [{ ...command.streams[0], category: { ...command.streams[0].category, weigh: () => 1024 * 1024 } }]
})
