import { assert, describe, it } from "@effect/vitest"
import { DbError, makePool, Postgres } from "@sluice/postgres"
import { testDatabase } from "@sluice/testing"
import { Deferred, Effect, Exit, Fiber, Redacted } from "effect"
import { afterAll } from "vitest"
import { acquire, release, renew } from "./lease.store.ts"
import { assertLease, isFenced, withLease } from "./lease.ts"

const database = await testDatabase()
const url = Redacted.make(database.urlFor("sluice_relay"))
const layer = Postgres.layer({ url, applicationName: "lease-spec" })
const admin = makePool({ url: Redacted.make(database.adminUrl), applicationName: "lease-spec-admin", max: 2 })
afterAll(() => admin.end())

/** As if the holder had not renewed for the whole time to live. */
const expire = (name: string) =>
  Effect.promise(() => admin`update sluice.leases set expires_at = clock_timestamp() where name = ${name}`)

const waitingForLocks = () =>
  admin<{ count: number }[]>`select count(*)::int from pg_locks where not granted`.then((rows) => rows[0]?.count ?? 0)

const until = (condition: () => Promise<boolean>) =>
  Effect.promise(async () => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
  })

describe("the row of a lease", () => {
  it.live("is taken by one, renewed by its holder, and its epoch grows with every owner", () =>
    Effect.gen(function* () {
      const first = yield* acquire("a", "one", 60_000)
      assert.strictEqual(first, 1)
      assert.isUndefined(yield* acquire("a", "two", 60_000))
      assert.isTrue(yield* renew("a", 1, 60_000))
      yield* expire("a")
      assert.isFalse(yield* renew("a", 1, 60_000), "an expired lease cannot be renewed")
      const second = yield* acquire("a", "two", 60_000)
      assert.strictEqual(second, 2)
      assert.isFalse(yield* renew("a", 1, 60_000))
      yield* release("a", 1)
      assert.isTrue(yield* renew("a", 2, 60_000), "a former owner releases nothing")
      yield* release("a", 2)
      assert.isAbove((yield* acquire("a", "one", 60_000)) ?? 0, 2)
    }).pipe(Effect.provide(layer))
  )

  it.live("fences the transaction of a former owner", () =>
    Effect.gen(function* () {
      const pg = yield* Postgres
      const epoch = (yield* acquire("b", "one", 60_000)) as number
      yield* pg.transaction(assertLease("b", epoch))
      yield* expire("b")
      yield* acquire("b", "two", 60_000)
      const error = yield* Effect.flip(pg.transaction(assertLease("b", epoch)))
      assert.instanceOf(error, DbError)
      assert.isTrue(isFenced(error))
    }).pipe(Effect.provide(layer))
  )

  it.live("does not pass on while a transaction that asserted it runs, and can be renewed meanwhile", () =>
    Effect.gen(function* () {
      const pg = yield* Postgres
      const epoch = (yield* acquire("c", "one", 60_000)) as number
      const asserted = yield* Deferred.make<void>()
      const finish = yield* Deferred.make<void>()
      const order: Array<string> = []
      const batch = yield* Effect.forkChild(
        pg.transaction(
          Effect.gen(function* () {
            yield* assertLease("c", epoch)
            yield* Deferred.succeed(asserted, undefined)
            yield* Deferred.await(finish)
            order.push("batch")
          })
        )
      )
      yield* Deferred.await(asserted)
      assert.isTrue(yield* renew("c", epoch, 60_000))
      yield* expire("c")
      const takeover = yield* Effect.forkChild(
        Effect.tap(acquire("c", "two", 60_000), () => Effect.sync(() => order.push("takeover")))
      )
      yield* until(async () => (await waitingForLocks()) > 0)
      yield* Deferred.succeed(finish, undefined)
      yield* Fiber.join(batch)
      assert.strictEqual(yield* Fiber.join(takeover), epoch + 1)
      assert.deepStrictEqual(order, ["batch", "takeover"])
    }).pipe(Effect.provide(layer))
  )
})

describe("withLease", () => {
  const fast = { ttl: "600 millis", renewEvery: "40 millis" } as const

  it.live("runs one body at a time and hands over when the holder shuts down", () =>
    Effect.gen(function* () {
      let running = 0
      const epochs: Array<number> = []
      const started = [yield* Deferred.make<void>(), yield* Deferred.make<void>()] as const
      const instance = (index: 0 | 1) =>
        withLease({ name: "d", owner: `instance-${index}`, ...fast }, ({ epoch }) =>
          Effect.acquireUseRelease(
            Effect.sync(() => {
              running += 1
              epochs.push(epoch)
            }),
            () => Deferred.succeed(started[index], undefined).pipe(Effect.andThen(Effect.never)),
            () =>
              Effect.sync(() => {
                assert.strictEqual(running, 1)
                running -= 1
              })
          )
        )
      const first = yield* Effect.forkChild(instance(0))
      yield* Deferred.await(started[0])
      const second = yield* Effect.forkChild(instance(1))
      yield* Fiber.interrupt(first)
      yield* Deferred.await(started[1])
      yield* Fiber.interrupt(second)
      assert.lengthOf(epochs, 2)
      assert.isBelow(epochs[0] as number, epochs[1] as number)
    }).pipe(Effect.provide(layer))
  )

  it.live("interrupts the body when the lease has passed on", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<number>()
      const ended = yield* Deferred.make<boolean>()
      const fiber = yield* Effect.forkChild(
        withLease({ name: "e", owner: "one", ...fast }, ({ epoch }) =>
          Deferred.succeed(started, epoch).pipe(
            Effect.andThen(Effect.never),
            Effect.onExit((exit) => Deferred.succeed(ended, Exit.hasInterrupts(exit)))
          )
        )
      )
      yield* Deferred.await(started)
      yield* Effect.promise(
        () =>
          admin`update sluice.leases set epoch = epoch + 1, owner = 'two', expires_at = clock_timestamp() + interval '1 hour' where name = 'e'`
      )
      assert.isTrue(yield* Deferred.await(ended))
      yield* Fiber.interrupt(fiber)
      const [row] = yield* Effect.promise(() => admin`select owner from sluice.leases where name = 'e'`)
      assert.strictEqual(row?.owner, "two")
    }).pipe(Effect.provide(layer))
  )

  it.live("tries again after its body failed, under a new epoch", () =>
    Effect.gen(function* () {
      const epochs: Array<number> = []
      const again = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        withLease({ name: "f", owner: "one", ...fast }, ({ epoch }) => {
          epochs.push(epoch)
          return epochs.length === 1
            ? Effect.fail("broken")
            : Deferred.succeed(again, undefined).pipe(Effect.andThen(Effect.never))
        })
      )
      yield* Deferred.await(again)
      yield* Fiber.interrupt(fiber)
      assert.isBelow(epochs[0] as number, epochs[1] as number)
    }).pipe(Effect.provide(layer))
  )
})
