import { assert, it } from "@effect/vitest"
import { Postgres } from "@sluice/postgres"
import type { SessionState } from "@sluice/session"
import { session } from "@sluice/session"
import { testDatabase } from "@sluice/testing"
import { Effect, Layer, Redacted, Result } from "effect"
import { v7 } from "uuid"
import { appendWithin, commandWithin } from "./append-within.ts"
import { type BusCommand, CommandBus } from "./command-bus.port.ts"
import { commandBusLayer } from "./command-bus.ts"
import { postgresStoreLayer } from "./postgres-store.ts"
import { EventStore } from "./store.port.ts"
import { openSession, type SessionCommand, updateSession } from "./testing/bus.builders.ts"

const database = await testDatabase()
const postgres = Postgres.layer({ url: Redacted.make(database.adminUrl), applicationName: "spec", max: 4 })
const layer = commandBusLayer().pipe(Layer.provideMerge(postgresStoreLayer), Layer.provideMerge(postgres))

const now = Effect.flatMap(EventStore, (store) => store.now)
const within = (...commands: ReadonlyArray<SessionCommand>) =>
  Effect.flatMap(now, (time) =>
    appendWithin(
      commands.map((command) => commandWithin(v7(), command)),
      time
    )
  )
const rows = (id: string) =>
  Postgres.use((pg) =>
    pg.query<Record<string, unknown>>(
      (sql) => sql<Record<string, unknown>[]>`
        select e.version, e.type, e.schema_version, e.data::text as data, e.metadata, o.subject, s.version as head
        from sluice.events e join sluice.outbox o on o.position = e.position
          join sluice.streams s on s.tenant = e.tenant and s.stream_id = e.stream_id
        where e.stream_id = ${`session-${id}`} order by e.version`
    )
  )
/** What two ways of doing the same thing may differ in. */
const plain = (row: Record<string, unknown>) => {
  const { correlationId, causationId, ...metadata } = row.metadata as Record<string, string>
  const { subject, ...rest } = row
  const words = String(subject).split(".").slice(0, 4)
  return {
    ...rest,
    metadata,
    words,
    ids: [typeof correlationId, typeof causationId],
    keys: Object.keys(row.metadata as object)
  }
}

it.layer(layer, { excludeTestServices: true })("appending within a transaction", (it) => {
  it.effect("writes what the command bus writes for the same commands", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const pg = yield* Postgres
      const [one, other] = [v7(), v7()]
      const metadata = { zulu: "1", a: "2", alpha: "3" }
      yield* bus.execute(openSession(one, { metadata }))
      yield* bus.execute(updateSession(one, { status: "active", metadata: { b: 1, aa: [{ zz: 1, y: 2 }] } }))
      const answers = yield* pg.transaction(
        within(
          openSession(other, { metadata }),
          updateSession(other, { status: "active", metadata: { b: 1, aa: [{ zz: 1, y: 2 }] } })
        )
      )
      assert.deepStrictEqual(
        answers.map((answer) => answer._tag === "accepted" && answer.accepted.appended),
        [1, 2]
      )
      assert.deepStrictEqual((yield* rows(other)).map(plain), (yield* rows(one)).map(plain))
    })
  )

  it.effect("leaves nothing where the caller's transaction fails", () =>
    Effect.gen(function* () {
      const pg = yield* Postgres
      const id = v7()
      const command = openSession(id)
      yield* Effect.flip(pg.transaction(Effect.andThen(within(command), Effect.fail("no"))))
      assert.deepStrictEqual(yield* rows(id), [])
      const [held] = yield* pg.query<{ held: number }>(
        (sql) => sql`select count(*)::int as held from sluice.idempotency where stream_id = ${`session-${id}`}`
      )
      assert.strictEqual(held?.held, 0)
    })
  )

  it.effect("answers a command that is done, refused, throws or rests on what nobody understands, each by itself", () =>
    Effect.gen(function* () {
      const pg = yield* Postgres
      const ids = [v7(), v7(), v7(), v7()] as const
      yield* pg.transaction(within(...ids.map((id) => openSession(id))))
      yield* pg.query(
        (sql) => sql`update sluice.events set type = 'session.vanished' where stream_id = ${`session-${ids[3]}`}`
      )
      const throwing: SessionCommand = {
        ...updateSession(ids[2], {}),
        decide: () => {
          throw new Error("a bug")
        }
      }
      const answers = yield* pg.transaction(
        within(
          updateSession(ids[0], { status: "active" }),
          updateSession(ids[1], { status: "paused" }),
          updateSession(ids[0], { status: "active" }),
          throwing,
          updateSession(ids[3], { status: "active" })
        )
      )
      assert.deepStrictEqual(
        answers.map((answer) => {
          if (answer._tag === "accepted") return answer.accepted.appended
          return answer._tag === "refused" ? (answer.error as { _tag: string })._tag : String(answer.defect)
        }),
        [1, "InvalidTransition", 0, "Error: a bug", "Error: Unknown event type: session.vanished"]
      )
    })
  )

  it.effect("decides again on what somebody else appended meanwhile", () =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      const pg = yield* Postgres
      const store = yield* EventStore
      const id = v7()
      yield* bus.execute(openSession(id))
      let interfered = false
      const seen: Array<number> = []
      // Another connection commits between the look at the stream and the append.
      const slow = EventStore.of({
        ...store,
        append: (batch) => {
          if (interfered) return store.append(batch)
          interfered = true
          return Effect.andThen(Effect.orDie(bus.execute(updateSession(id, { status: "active" }))), store.append(batch))
        }
      })
      const pausing = updateSession(id, { metadata: { mine: true } })
      const command: SessionCommand = {
        ...pausing,
        decide: (streams, context) => {
          seen.push(streams[0].version)
          return pausing.decide(streams, context)
        }
      }
      const time = yield* now
      const [answer] = yield* pg.transaction(
        Effect.provideService(appendWithin([commandWithin(v7(), command)], time), EventStore, slow)
      )
      assert.deepStrictEqual(seen, [1, 2])
      assert.strictEqual(answer?._tag === "accepted" && answer.accepted.streams[0]?.version, 3)
      assert.deepStrictEqual(
        (yield* rows(id)).map(({ type }) => type),
        ["session.opened", "session.activated", "session.updated"]
      )
    })
  )

  it.effect("appends to two streams all or nothing, and does one command id once", () =>
    Effect.gen(function* () {
      const pg = yield* Postgres
      const ids = [v7(), v7()] as const
      const base = openSession(ids[0])
      const both: BusCommand<readonly [SessionState, SessionState], never> = {
        ...base,
        streams: ids.map((id) => ({ category: session, id })) as never,
        decide: () =>
          Result.succeed(
            [0, 1].map((stream) => ({
              stream,
              event: { type: "session.opened", data: { role: "pm", taskId: null, metadata: {} } }
            }))
          )
      }
      const command = commandWithin(v7(), both)
      const time = yield* now
      yield* pg.transaction(appendWithin([command], time))
      const [again] = yield* pg.transaction(appendWithin([command], time))
      assert.strictEqual(again?._tag, "accepted")
      for (const id of ids) assert.deepStrictEqual((yield* rows(id)).length, 1)
    })
  )
})
