import { assert, it } from "@effect/vitest"
import { Postgres } from "@sluice/postgres"
import { testDatabase } from "@sluice/testing"
import { Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import postgres from "postgres"
import { v7 } from "uuid"
import { CommandBus } from "./command-bus.port.ts"
import { commandBusLayer } from "./command-bus.ts"
import { postgresStoreLayer } from "./postgres-store.ts"
import { EventStore } from "./store.port.ts"
import { encodeAppend } from "./store.wire.ts"
import { openSession, updateSession } from "./testing/bus.builders.ts"
import { append, key, newStream } from "./testing/store.builders.ts"

const database = await testDatabase()
const layer = Layer.provideMerge(
  commandBusLayer({ patience: 60_000 }),
  Layer.provideMerge(
    postgresStoreLayer,
    Postgres.layer({ url: Redacted.make(database.adminUrl), applicationName: "races", max: 8 })
  )
)

/** A connection of its own, as another instance would have: `use` gets it within an open transaction. */
const somebodyElse = Effect.acquireRelease(
  Effect.promise(async () => {
    const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
    await sql.unsafe("begin")
    return {
      append: (...batch: Parameters<typeof encodeAppend>[0]) =>
        Effect.promise(() => sql`select sluice.append(${sql.json(encodeAppend(batch) as never)})`),
      commit: Effect.promise(() => sql.unsafe("commit")),
      end: Effect.promise(() => sql.end({ timeout: 1 }))
    }
  }),
  (other) => other.end
)

const asAdmin = (run: (sql: postgres.Sql) => Promise<unknown>) =>
  Effect.promise(async () => {
    const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
    await run(sql)
    await sql.end()
  })

const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(condition, { until: (met) => met, schedule: Schedule.spaced("5 millis") }).pipe(
    Effect.timeout("20 seconds")
  )

it.layer(layer, { excludeTestServices: true })("the store under races", (it) => {
  it.effect("shows nothing beyond a transaction that commits late, and nobody waits for it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const store = yield* EventStore
        const late = newStream()
        const slow = yield* somebodyElse
        yield* slow.append(append([[late, 0, 1]]))
        // A writer behind the paused one commits at once: nothing queues for the append lock.
        const early = newStream()
        yield* store.append([append([[early, 0, 1]])])
        const before = yield* store.horizon
        const seen = (upTo: number) =>
          Effect.map(store.readAll({ after: 0, upTo, limit: 1000 }), (events) => events.map(({ streamId }) => streamId))
        assert.notInclude(yield* seen(before), early)
        // A reader that asks again and again while new writers come and go still does not get past the paused one.
        for (let round = 0; round < 20; round++) {
          yield* store.append([append([[newStream(), 0, 1]])])
          assert.strictEqual(yield* store.horizon, before)
        }
        yield* slow.commit
        yield* until(Effect.map(store.horizon, (horizon) => horizon > before + 20))
        const order = yield* seen(yield* store.horizon)
        assert.isBelow(order.indexOf(late), order.indexOf(early))
      })
    )
  )

  it.effect("moves the horizon although somebody is always writing", () =>
    Effect.gen(function* () {
      const store = yield* EventStore
      const before = yield* store.horizon
      const writers = yield* Effect.forkChild(
        Effect.forEach(
          [1, 2, 3],
          () => Effect.forever(Effect.suspend(() => store.append([append([[newStream(), 0, 1]])]))),
          {
            concurrency: "unbounded"
          }
        )
      )
      yield* until(Effect.map(store.horizon, (horizon) => horizon > before + 100))
      yield* Fiber.interrupt(writers)
    })
  )

  it.effect.each([
    { of: "keys", keyed: true, known: () => false },
    { of: "new streams", keyed: false, known: () => false },
    { of: "known streams", keyed: false, known: () => true },
    { of: "all of them", keyed: true, known: (index: number) => index % 2 === 0 }
  ])(
    "does not deadlock when two writers want the same $of in opposite orders",
    ({ keyed, known }) =>
      Effect.gen(function* () {
        const store = yield* EventStore
        // So that a deadlock is told as one (after a second) and a slow machine is not.
        yield* asAdmin((sql) => sql`alter function sluice.append(jsonb) set lock_timeout = '20s'`)
        for (let round = 0; round < 60; round++) {
          const targets = Array.from({ length: 24 }, (_, index) => ({
            stream: newStream(),
            expected: known(index) ? 1 : 0,
            name: v7()
          }))
          yield* store.append(
            targets.filter(({ expected }) => expected === 1).map(({ stream }) => append([[stream, 0, 1]]))
          )
          const writer = (order: typeof targets) =>
            store.append(
              order.map(({ stream, expected, name }) =>
                append([[stream, expected, 1]], { keys: keyed ? [key(name, v7())] : [] })
              )
            )
          const outcomes = yield* Effect.all([writer(targets), writer(targets.toReversed())], {
            concurrency: "unbounded"
          })
          const winners = outcomes.flat().filter(({ _tag }) => _tag === "appended")
          assert.strictEqual(winners.length, targets.length, `round ${round}: every stream has exactly one winner`)
        }
        yield* asAdmin((sql) => sql`alter function sluice.append(jsonb) set lock_timeout = '250ms'`)
      }),
    120_000
  )

  it.effect("answers 63 good commands although the 64th cannot be stored", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const commands = Array.from({ length: 64 }, (_, index) =>
        index === 40 ? openSession(v7(), { metadata: { poison: "\u0000" } }) : openSession()
      )
      const results = yield* Effect.forEach(commands, (one) => Effect.result(bus.execute(one)), {
        concurrency: "unbounded"
      })
      const failed = results.flatMap((one, index) => (one._tag === "Failure" ? [[index, one.failure] as const] : []))
      assert.deepStrictEqual(
        failed.map(([index, error]) => [index, error._tag, error._tag === "StoreError" && error.retryable]),
        [[40, "StoreError", false]]
      )
    })
  )

  it.effect("lets strangers through while another instance holds a key, then replays that key", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const bus = yield* CommandBus
        const shared = key(v7())
        const theirs = newStream()
        const other = yield* somebodyElse
        yield* other.append(append([[theirs, 0, 1]], { keys: [shared] }))
        const waiting = yield* Effect.forkChild(bus.execute(openSession(v7(), { keys: [shared] })))
        yield* Effect.forEach(Array.from({ length: 63 }), () => bus.execute(openSession()), {
          concurrency: "unbounded"
        })
        assert.strictEqual(waiting.pollUnsafe(), undefined)
        yield* other.commit
        const replay = yield* Fiber.join(waiting)
        assert.strictEqual(replay.replayed, 0)
        assert.strictEqual(`session-${replay.streams[0].id}`, theirs)
      })
    )
  )

  it.effect(
    "does every command exactly once although its connections are cut again and again",
    () =>
      Effect.gen(function* () {
        const bus = yield* CommandBus
        const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
        const cuts = yield* Effect.forkChild(
          Effect.promise(
            () =>
              sql`select pg_terminate_backend(pid) from pg_stat_activity
              where application_name = 'races' and datname = current_database()`
          ).pipe(Effect.andThen(Effect.sleep("30 millis")), Effect.repeat({ times: 40 }))
        )
        const ids = Array.from({ length: 400 }, () => v7())
        yield* Effect.forEach(
          ids,
          (id) =>
            bus.execute(openSession(id)).pipe(Effect.andThen(bus.execute(updateSession(id, { status: "active" })))),
          { concurrency: 16, discard: true }
        )
        yield* Fiber.join(cuts)
        const streams = ids.map((id) => `session-${id}`)
        const [row] = yield* Effect.promise(
          () => sql<{ events: number; outbox: number; heads: number }[]>`
          select count(*)::int as events,
            (select count(*)::int from sluice.outbox o join sluice.events e using (position) where e.stream_id = any (${streams})) as outbox,
            (select count(*)::int from sluice.streams where stream_id = any (${streams}) and version = 2) as heads
          from sluice.events where stream_id = any (${streams})`
        )
        yield* Effect.promise(() => sql.end())
        assert.deepStrictEqual({ ...row }, { events: 800, outbox: 800, heads: 400 })
      }),
    120_000
  )

  it.effect("lets no service insert past the function", () =>
    Effect.promise(async () => {
      for (const role of ["sluice_api", "sluice_relay", "sluice_projector", "sluice_operator"]) {
        const sql = postgres(database.urlFor(role), { max: 1 })
        for (const table of ["events", "outbox", "idempotency", "streams"]) {
          const refused = await sql.unsafe(`insert into sluice.${table} default values`).catch((error) => error.code)
          assert.strictEqual(refused, "42501", `${role} on ${table}`)
        }
        await sql.end()
      }
    })
  )
})
