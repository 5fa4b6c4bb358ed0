import { type AddressInfo, connect, createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { testDatabase } from "@sluice/testing"
import { Cause, Deferred, Effect, Exit, Fiber, Redacted } from "effect"
import { afterAll, beforeEach } from "vitest"
import { makePool, Postgres } from "./postgres.service.ts"

const database = await testDatabase()
const url = Redacted.make(database.adminUrl)
const admin = makePool({ url, applicationName: "spec-admin", max: 2 })
afterAll(() => admin.end())
await admin`create table public.note (id integer constraint note_once primary key)`
beforeEach(async () => void (await admin`truncate public.note`))

const layer = Postgres.layer({ url, applicationName: "spec", max: 2 })
const write = (id: number) => Postgres.use(({ query }) => query((sql) => sql`insert into public.note values (${id})`))
const inTransaction = <A, E, R>(self: Effect.Effect<A, E, R>) => Postgres.use(({ transaction }) => transaction(self))
const notes = Effect.promise(async () => (await admin`select id from public.note order by id`).map(({ id }) => id))

describe("a transaction", () => {
  it.live("commits what succeeds, and shows nothing before", () =>
    Effect.gen(function* () {
      const seenOutside = yield* inTransaction(Effect.andThen(write(1), notes))
      assert.deepStrictEqual(seenOutside, [])
      assert.deepStrictEqual(yield* notes, [1])
    }).pipe(Effect.provide(layer))
  )

  it.live("rolls back what fails, dies or is refused by the database, and gives the failure on", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(inTransaction(Effect.andThen(write(1), Effect.fail("no" as const))))
      assert.strictEqual(failed, "no")
      const died = yield* Effect.exit(inTransaction(Effect.andThen(write(2), Effect.die("bug"))))
      assert.isTrue(Exit.isFailure(died) && Cause.squash(died.cause) === "bug")
      const twice = yield* Effect.flip(inTransaction(Effect.all([write(3), write(3)])))
      assert.deepInclude(twice, { _tag: "DbError", code: "23505", constraint: "note_once" })
      assert.deepStrictEqual(yield* notes, [])
      yield* inTransaction(write(4))
      assert.deepStrictEqual(yield* notes, [4])
    }).pipe(Effect.provide(layer))
  )

  it.live("within another one is a savepoint: its failure undoes itself alone", () =>
    Effect.gen(function* () {
      yield* inTransaction(
        Effect.gen(function* () {
          yield* write(1)
          yield* Effect.ignore(inTransaction(Effect.andThen(write(2), write(2))))
          yield* inTransaction(
            Effect.andThen(write(3), Effect.ignore(inTransaction(Effect.andThen(write(4), write(3)))))
          )
          yield* write(5)
        })
      )
      assert.deepStrictEqual(yield* notes, [1, 3, 5])
      yield* Effect.ignore(inTransaction(Effect.andThen(inTransaction(write(6)), Effect.fail("outer"))))
      assert.deepStrictEqual(yield* notes, [1, 3, 5])
    }).pipe(Effect.provide(layer))
  )

  it.live("that is interrupted cancels its statement, rolls back and gives its connection back", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 5; round++) {
        const started = yield* Deferred.make<number>()
        const stuck = Effect.gen(function* () {
          yield* write(round)
          const [row] = yield* Postgres.use(({ query }) =>
            query<{ pid: number }>((sql) => sql<{ pid: number }[]>`select pg_backend_pid() as pid`)
          )
          yield* Deferred.succeed(started, row?.pid as number)
          yield* Postgres.use(({ query }) => query((sql) => sql`select pg_sleep(300)`))
        })
        const fiber = yield* Effect.forkChild(inTransaction(stuck))
        const pid = yield* Deferred.await(started)
        yield* Effect.promise(async () => {
          const asleep = () => admin`select from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'`
          while ((await asleep()).length === 0);
        })
        yield* Fiber.interrupt(fiber)
        const [backend] = yield* Effect.promise(() => admin`select state from pg_stat_activity where pid = ${pid}`)
        assert.strictEqual(backend?.state, "idle")
      }
      assert.deepStrictEqual(yield* notes, [])
    }).pipe(Effect.provide(layer))
  )

  it.live("of one fiber is not seen by another one", () =>
    Effect.gen(function* () {
      const written = yield* Deferred.make<void>()
      const looked = yield* Deferred.make<void>()
      const [, seen] = yield* Effect.all(
        [
          inTransaction(Effect.all([write(1), Deferred.succeed(written, undefined), Deferred.await(looked)])),
          Effect.gen(function* () {
            yield* Deferred.await(written)
            const rows = yield* Postgres.use(({ query }) => query((sql) => sql`select id from public.note`))
            yield* Deferred.succeed(looked, undefined)
            return rows.length
          })
        ],
        { concurrency: "unbounded" }
      )
      assert.strictEqual(seen, 0)
      assert.deepStrictEqual(yield* notes, [1])
    }).pipe(Effect.provide(layer))
  )
})

describe("types", () => {
  it.live("arrays go there and back with quotes, backslashes, braces, commas, null and nothing", () =>
    Effect.gen(function* () {
      const texts = ['say "hi"', "back\\slash", "{a,b}", "", "NULL", " padded ", "ü\n", null]
      const uuid = "0197f7a2-0000-7000-8000-000000000000"
      const [row] = yield* Postgres.use(({ query }) =>
        query(
          (sql) => sql`
            select ${texts}::text[] as texts, ${[]}::text[] as nothing, ${[1, -2]}::integer[] as integers,
              ${[9007199254740991]}::bigint[] as bigints, '{t,f}'::boolean[] as booleans, ${[uuid]}::uuid[] as uuids`
        )
      )
      assert.deepStrictEqual(row && { ...row }, {
        texts,
        nothing: [],
        integers: [1, -2],
        bigints: [9007199254740991],
        booleans: [true, false],
        uuids: [uuid]
      })
    }).pipe(Effect.provide(layer))
  )

  it.live("bigint is a number", () =>
    Effect.gen(function* () {
      const [row] = yield* Postgres.use(({ query }) => query((sql) => sql`select ${9007199254740991}::bigint as big`))
      assert.strictEqual(row?.big, Number.MAX_SAFE_INTEGER)
    }).pipe(Effect.provide(layer))
  )
})

/** Lets bytes through to the server, and cuts each of the first `cuts` connections at the server's answer number `at`. */
const cuttingServer = async (cuts: number, at: number) => {
  const target = new URL(database.adminUrl)
  let cut = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let answers = 0
    client.on("data", (chunk) => upstream.write(chunk))
    upstream.on("data", (chunk) => {
      answers += 1
      if (cut >= cuts || answers !== at) return client.write(chunk)
      cut += 1
      client.resetAndDestroy()
      upstream.destroy()
    })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client]
    ] as const)
      one.on("close", () => other.destroy()).on("error", () => other.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const through = new URL(database.adminUrl)
  through.port = String((server.address() as AddressInfo).port)
  return { url: Redacted.make(through.href), cuts: () => cut, close: () => server.close() }
}

describe("a connection that is cut while it is made", () => {
  it.live.each([1, 2, 3, 4])("at the server's answer %d: a failure or a second try, and the process lives", (at) =>
    Effect.gen(function* () {
      const proxy = yield* Effect.acquireRelease(
        Effect.promise(() => cuttingServer(3, at)),
        ({ close }) => Effect.sync(close)
      )
      const one = Postgres.use(({ query }) => query<{ one: number }>((sql) => sql<{ one: number }[]>`select 1 as one`))
      const rows = yield* one.pipe(
        Effect.retry({ times: 10, while: (error) => error.unavailable }),
        Effect.provide(Postgres.layer({ url: proxy.url, applicationName: "cut", max: 1 }))
      )
      assert.deepStrictEqual([rows[0]?.one, proxy.cuts() > 0], [1, true])
    })
  )

  it.live("nobody listens: the query fails as unavailable, and so does a transaction", () =>
    Effect.gen(function* () {
      const proxy = yield* Effect.promise(() => cuttingServer(0, 1))
      proxy.close()
      const nobody = Postgres.layer({ url: proxy.url, applicationName: "nobody", max: 1 })
      for (const work of [write(1), inTransaction(write(1))]) {
        const error = yield* Effect.flip(work.pipe(Effect.provide(nobody)))
        assert.deepInclude(error, { code: "ECONNREFUSED", unavailable: true })
      }
    })
  )
})
