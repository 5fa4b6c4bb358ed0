import { connect, createServer, type Socket } from "node:net"
import { it } from "@effect/vitest"
import { testDatabase } from "@sluice/testing"
import { Effect, Fiber, Redacted } from "effect"
import { afterAll, describe, expect } from "vitest"
import { makePool, Postgres } from "./postgres.service.ts"

const database = await testDatabase()
const admin = makePool({ url: Redacted.make(database.adminUrl), applicationName: "spec-admin", max: 1 })
afterAll(() => admin.end())

const LONG = 600
const layer = (url = database.adminUrl) =>
  Postgres.layer({ url: Redacted.make(url), applicationName: "spec-interruption", max: 1 })

const sleep = (n: number, seconds: number) =>
  Postgres.use(({ query }) => query((sql) => sql`select pg_sleep(${seconds}::double precision), ${n}::integer`))

/** Waits until somebody sleeps in the database, on a connection that is known by its process. */
const asleep = Effect.promise(async () => {
  for (;;) {
    const [row] = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'spec-interruption' and wait_event = 'PgSleep'`
    if (row !== undefined) return row.pid
  }
})

/** Statements side by side in one transaction, as the reactions of a consumer are: interrupted together. */
const together = (seconds: number) =>
  Postgres.use(({ transaction }) =>
    transaction(
      Effect.gen(function* () {
        const fibers = yield* Effect.forEach([1, 2, 3], (n) =>
          Effect.forkChild(sleep(n, seconds), { startImmediately: true })
        )
        yield* Effect.forEach(fibers, Fiber.await).pipe(Effect.ensuring(Fiber.interruptAll(fibers)))
      })
    )
  )

const answers = Postgres.use(({ query }) => query<{ one: number }>((sql) => sql<{ one: number }[]>`select 1 as one`))

describe("a transaction that is interrupted while several statements are under way", () => {
  it.live("ends at once, where they wait for a connection that is new", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(together(LONG))
      yield* asleep
      yield* Fiber.interrupt(fiber)
      expect(yield* answers).toEqual([{ one: 1 }])
    }).pipe(Effect.provide(layer()))
  )

  it.live("ends at once, where all of them were sent, and answers what is asked next with its own answer", () =>
    Effect.gen(function* () {
      yield* together(0)
      const fiber = yield* Effect.forkChild(together(LONG))
      yield* asleep
      yield* Fiber.interrupt(fiber)
      expect(yield* answers).toEqual([{ one: 1 }])
      yield* together(0)
    }).pipe(Effect.provide(layer()))
  )

  it.live("ends when the connection is lost meanwhile", () =>
    Effect.gen(function* () {
      yield* together(0)
      const fiber = yield* Effect.forkChild(together(LONG))
      const pid = yield* asleep
      yield* Effect.promise(() => admin`select pg_terminate_backend(${pid})`)
      yield* Fiber.interrupt(fiber)
      expect(yield* Effect.retry(answers, { times: 3 })).toEqual([{ one: 1 }])
    }).pipe(Effect.provide(layer()))
  )
})

it.live("one of several statements is interrupted: the others and the transaction go on", () =>
  Effect.gen(function* () {
    const { query, transaction } = yield* Postgres
    const rows = yield* transaction(
      Effect.gen(function* () {
        const interrupted = yield* Effect.forkChild(sleep(1, 0.2), { startImmediately: true })
        const other = yield* Effect.forkChild(
          query<{ n: number }>((sql) => sql<{ n: number }[]>`select 2 as n`),
          { startImmediately: true }
        )
        yield* Fiber.interrupt(interrupted)
        return yield* Fiber.join(other)
      })
    )
    expect(rows).toEqual([{ n: 2 }])
  }).pipe(Effect.provide(layer()))
)

/** A way to the database that can be shut for whoever comes, while those inside stay. */
const makeDoor = async () => {
  const inside = new Set<Socket>()
  const { hostname, port } = new URL(database.adminUrl)
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    inside.add(client)
    client.pipe(upstream).pipe(client)
    for (const end of [client, upstream]) end.on("error", () => {})
  }).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const through = new URL(database.adminUrl)
  through.port = String((server.address() as { port: number }).port)
  const empty = (): void => {
    for (const client of inside) client.destroy()
  }
  return { url: through.href, shut: () => void server.close(), empty }
}

it.live("a database that takes no more connections ends no process: what cannot be cancelled is waited for", () =>
  Effect.gen(function* () {
    const unhandled: Array<unknown> = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on("unhandledRejection", note)
    const door = yield* Effect.promise(makeDoor)
    yield* Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(together(LONG))
      const pid = yield* asleep
      door.shut()
      const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* Effect.sleep(200)
      expect(interruption.pollUnsafe()).toBeUndefined()
      yield* Effect.promise(() => admin`select pg_terminate_backend(${pid})`)
      yield* Fiber.join(interruption)
    }).pipe(Effect.provide(layer(door.url)))
    door.empty()
    process.off("unhandledRejection", note)
    expect(unhandled).toEqual([])
  })
)
