import { connect, createServer, type Socket } from "node:net"
import { assert, it } from "@effect/vitest"
import { testDatabase } from "@sluice/testing"
import { Effect, Fiber, Redacted } from "effect"
import { afterAll, describe, expect } from "vitest"
import type { DbError } from "./db-error.ts"
import { makePool, Postgres } from "./postgres.service.ts"

const database = await testDatabase()
const url = Redacted.make(database.adminUrl)
const admin = makePool({ url, applicationName: "spec-admin", max: 1 })
afterAll(() => admin.end())

const POOL = 2
const layer = Postgres.layer({ url, applicationName: "spec", max: POOL })

const backend = Postgres.use(({ query }) =>
  query<{ pid: number }>((sql) => sql<{ pid: number }[]>`select pg_backend_pid() as pid`)
).pipe(Effect.map(([row]) => row?.pid as number))

/** Cuts the connection and waits until the server has let go of it. */
const cut = (pid: number) =>
  Effect.promise(async () => {
    await admin`select pg_terminate_backend(${pid}, 5000)`
    await new Promise((resolve) => setImmediate(resolve))
  })

const sleeping = (pid: number) =>
  Effect.promise(async () => {
    const look = () => admin`select from pg_stat_activity where pid = ${pid} and wait_event = 'PgSleep'`
    while ((await look()).length === 0);
  })

const everyConnectionWorks = Postgres.use(({ query }) =>
  Effect.all(
    Array.from({ length: POOL * 4 }, (_, n) =>
      query<{ n: number }>((sql) => sql<{ n: number }[]>`select ${n}::integer as n`)
    ),
    { concurrency: "unbounded" }
  )
).pipe(
  Effect.map((rows) => rows.flatMap((found) => found.map(({ n }) => n))),
  // postgres.js answers the first statement of the next connection with the last word of the lost one.
  Effect.retry({ times: POOL, while: (error) => error.unavailable })
)

const isUnavailable = (error: DbError) => assert.isTrue(error.unavailable, error.code)

describe("a connection that is lost within a transaction", () => {
  it.live("fails every later statement and the commit, and is not used again", () =>
    Effect.gen(function* () {
      const { query, transaction } = yield* Postgres
      for (let round = 0; round < POOL * 2; round++) {
        const later: Array<DbError> = []
        const error = yield* Effect.flip(
          transaction(
            Effect.gen(function* () {
              yield* cut(yield* backend)
              for (let statement = 0; statement < 3; statement++) {
                later.push(yield* Effect.flip(query((sql) => sql`select ${statement}::integer`)))
              }
            })
          )
        )
        expect(later).toHaveLength(3)
        for (const one of [...later, error as DbError]) isUnavailable(one)
        expect(yield* everyConnectionWorks).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("fails statements that wait for their turn on it", () =>
    Effect.gen(function* () {
      const { query, transaction } = yield* Postgres
      const errors = yield* Effect.flip(
        transaction(
          Effect.gen(function* () {
            const pid = yield* backend
            const asked = yield* Effect.forEach([1, 2, 3], (n) =>
              Effect.forkChild(Effect.flip(query((sql) => sql`select pg_sleep(60), ${n}::integer`)))
            )
            yield* sleeping(pid)
            yield* cut(pid)
            return yield* Effect.fail(yield* Effect.forEach(asked, Fiber.join))
          })
        )
      )
      expect(errors).toHaveLength(3)
      for (const one of errors as ReadonlyArray<DbError>) isUnavailable(one)
      expect(yield* everyConnectionWorks).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    }).pipe(Effect.provide(layer))
  )
})

/** A way to the database through which the newest connection can be reset. */
const makeDoor = async () => {
  const inside = new Set<Socket>()
  const { hostname, port } = new URL(database.adminUrl)
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    inside.add(client)
    client.pipe(upstream).pipe(client)
    for (const end of [client, upstream]) end.on("error", () => upstream.destroy())
  }).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  afterAll(() => server.close())
  const through = new URL(database.adminUrl)
  through.port = String((server.address() as { port: number }).port)
  const reset = (): void => {
    for (const client of inside) client.resetAndDestroy()
    inside.clear()
  }
  return { url: Redacted.make(through.href), reset }
}

const block = (millis: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis)

it("speaks again after a connection was reset in the turn in which a statement was given to it", async () => {
  const door = await makeDoor()
  const pool = makePool({ url: door.url, applicationName: "spec", max: 1 })
  try {
    await pool`select 1`
    const refusal = await new Promise<unknown>((resolve) => {
      setTimeout(() => {
        door.reset()
        block(50) // until the reset has arrived, so that it is read right after the statement was given
        pool`select 2`.then(resolve, resolve)
      })
    })
    expect(refusal).toMatchObject({ code: "ECONNRESET" })
    expect(await pool`select 3 as three`).toEqual([{ three: 3 }])
  } finally {
    await pool.end({ timeout: 1 })
  }
})
