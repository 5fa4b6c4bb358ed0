import { declaredStream, messageAt, Nats, streamState } from "@sluice/messaging"
import { makePool, Postgres } from "@sluice/postgres"
import { testDatabase, testNats } from "@sluice/testing"
import { Effect, Layer, Redacted } from "effect"
import { v7 } from "uuid"
import { afterAll } from "vitest"
import { makeHealth } from "./relay.health.ts"
import { runRelay } from "./relay.loop.ts"

/** A database, a broker and what a test of the relay does with them. Call it at the top of a spec. */
export const relayWorld = async () => {
  const database = await testDatabase()
  const nats = await testNats()
  const admin = makePool({ url: Redacted.make(database.adminUrl), applicationName: "relay-spec", max: 6 })
  afterAll(() => admin.end())

  const relayUrl = database.urlFor("sluice_relay")
  const services = Layer.merge(
    Postgres.layer({ url: Redacted.make(relayUrl), applicationName: "relay-spec-relay" }),
    Nats.layer({ url: nats.url, name: "relay-spec" })
  )

  /** One command that appends `count` events to a stream of its own, or goes on with one. */
  const command = (count: number, stream = `session-${v7()}`, expected = 0) => ({
    id: v7(),
    tenant: "acme",
    keys: [],
    streams: [[stream, expected]],
    events: Array.from({ length: count }, (_, index) => [
      0,
      v7(),
      "session.opened",
      1,
      {
        role: 'réviseur \u2028 "quoted"',
        taskId: null,
        metadata: { n: index, nested: { z: 1, a: [1.5, null, true] } }
      },
      { actor: { kind: "agent", id: "a1", roles: ["dev"] }, correlationId: v7(), causationId: v7() }
    ])
  })

  const append = async (commands: ReadonlyArray<ReturnType<typeof command>>): Promise<void> => {
    const [row] = await admin`select sluice.append(${admin.json(commands as never)}) as answer`
    if (row?.answer.refused.length > 0) throw new Error(JSON.stringify(row?.answer))
  }

  /** `count` events, ten to a command. */
  const appendEvents = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 1_000) {
      const commands = []
      for (let part = Math.min(left, 1_000); part > 0; part -= 10) commands.push(command(Math.min(part, 10)))
      await append(commands)
    }
  }

  const eventIds = async (): Promise<ReadonlyArray<string>> =>
    (await admin<{ event_id: string }[]>`select event_id from sluice.events order by position`).map(
      (row) => row.event_id
    )

  const relay = (health = makeHealth()) => runRelay("spec", { stream: declaredStream("EVENTS"), health })

  /** Everything the stream holds, oldest first. */
  const stored = Effect.gen(function* () {
    const nats = yield* Nats
    yield* eventually(Effect.sync(nats.isConnected))
    const state = yield* streamState("EVENTS")
    if (state === undefined) return []
    const first = Math.max(1, state.first)
    const sequences = Array.from({ length: Math.max(0, state.last - first + 1) }, (_, index) => first + index)
    const messages = yield* Effect.forEach(sequences, (sequence) => messageAt("EVENTS", sequence), { concurrency: 64 })
    return messages.flatMap((message) =>
      message === undefined ? [] : [{ sequence: message.sequence, eventId: message.messageId }]
    )
  })

  /** The events of the stream at their first occurrence. */
  const firstOccurrences = Effect.map(stored, (messages) => [...new Set(messages.map((message) => message.eventId))])

  /** Waits until the stream has at least so many messages. */
  const hasMessages = (count: number) =>
    eventually(
      Effect.map(
        Effect.orElseSucceed(streamState("EVENTS"), () => undefined),
        (state) => (state?.last ?? 0) >= count
      )
    )

  /** Waits until everything committed is acknowledged and saved. */
  const drained = eventually(
    Effect.promise(async () => {
      const [row] = await admin`
        select (select coalesce(max(position), 0) from sluice.events) <= (select floor from sluice.relay_state) as done`
      return row?.done === true
    })
  )

  return {
    database,
    nats,
    storeDir: nats.storeDir,
    admin,
    services,
    relayUrl,
    command,
    append,
    appendEvents,
    eventIds,
    relay,
    stored,
    firstOccurrences,
    hasMessages,
    drained
  }
}

/** Repeats a look until it is true. */
export const eventually = <E, R>(look: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    while (!(yield* look)) yield* Effect.sleep("10 millis")
  })
