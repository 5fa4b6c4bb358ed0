import { randomUUID } from "node:crypto"
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { headers, type NatsConnection } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import type { Actor } from "@sluice/contracts/actor/actor"
import { CONTENT_TYPE, toCloudEvent } from "@sluice/contracts/event/event.cloud-event"
import type { JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { eventTypes } from "@sluice/contracts/event/event.registry"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import { declaredConsumer, declaredStream, Nats } from "@sluice/messaging"
import { makePool, Postgres } from "@sluice/postgres"
import { testDatabase, testNats } from "@sluice/testing"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { afterAll } from "vitest"
import type { Consumer, ConsumerSettings } from "./consumer.definition.ts"
import { makeConsumer } from "./consumer.loop.ts"

/** What specs of consumers share: a database, a broker, events in both, and consumers that start and stop. */

export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

export interface NewEvent {
  readonly type: string
  readonly data: JsonObject
  /** The newest one unless told. */
  readonly schemaVersion?: number
  readonly by?: Actor
  /** It does not fit its type, on purpose. */
  readonly broken?: boolean
}
/** Types that nobody knows are of version 1. */
const newestOf = (type: string): number => eventTypes.find((known) => known.type === type)?.schemaVersion ?? 1
const actor = { kind: "user", id: "somebody", roles: ["pm"] } as const

export const stage = async () => {
  const database = await testDatabase()
  const server = await testNats()
  const admin = makePool({ url: Redacted.make(database.adminUrl), applicationName: "spec", max: 2 })
  const nc: NatsConnection = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
  const manager = await jetstreamManager(nc)
  const js = jetstream(nc)
  afterAll(async () => {
    await nc.close()
    await admin.end({ timeout: 1 })
  })
  const makeStream = () => manager.streams.add(declaredStream("EVENTS"))
  await makeStream()

  /** Appends events to a stream whose head is `expected`. */
  const append = async (streamId: string, expected: number, events: ReadonlyArray<NewEvent>, tenant = "acme") => {
    const correlationId = randomUUID()
    const command = {
      id: randomUUID(),
      tenant,
      keys: [],
      streams: [[streamId, expected]],
      events: events.map(({ type, data, schemaVersion = newestOf(type), by = actor, broken = false }) => {
        const eventId = randomUUID()
        if (broken) server.poison(eventId)
        return [0, eventId, type, schemaVersion, data, { actor: by, correlationId, causationId: randomUUID() }]
      })
    }
    const [row] = await admin<{ answer: { refused: unknown[] } }[]>`
      select sluice.append(${admin.json([command] as never)}) as answer`
    if (row?.answer.refused.length !== 0) throw new Error(`Append refused: ${JSON.stringify(row)}`)
  }

  const log = async (after = 0): Promise<ReadonlyArray<RecordedEvent>> => {
    const rows = await admin<Array<Omit<RecordedEvent, "recordedAt"> & { recordedAt: Date }>>`
      select position, tenant, stream_id as "streamId", version, event_id as "eventId", type, schema_version as "schemaVersion",
        data, metadata, recorded_at as "recordedAt" from sluice.events where position > ${after} order by position`
    return rows.map((row) => ({ ...row, recordedAt: row.recordedAt.toISOString() }))
  }

  /** Publishes as the relay does. `again` publishes without deduplication at the broker. */
  const publish = async (events: ReadonlyArray<RecordedEvent>, { again = false } = {}) => {
    for (const event of events) {
      const head = headers()
      head.set("Content-Type", CONTENT_TYPE)
      if (!again) head.set("Nats-Msg-Id", event.eventId)
      const subject = eventSubject(event.tenant, event.type, event.streamId)
      await js.publish(subject, JSON.stringify(toCloudEvent(event)), { headers: head })
    }
  }
  let published = 0
  /** Publishes what the log holds and was not published yet. */
  const relay = async () => {
    const events = await log(published)
    await publish(events)
    published = events.at(-1)?.position ?? published
  }

  const layer = () =>
    Layer.merge(
      Postgres.layer({ url: Redacted.make(database.urlFor("sluice_projector")), applicationName: "consumer-spec" }),
      Nats.layer({ url: server.url, name: "consumer-spec" })
    )

  /** Starts an instance; `stop` ends it as SIGTERM would. */
  const start = (consumer: Consumer, settings: Partial<ConsumerSettings> = {}) => {
    const running = makeConsumer(consumer, {
      durable: { stream: "EVENTS", config: { ...declaredConsumer("projector").config, durable_name: consumer.name } },
      instance: randomUUID(),
      watchEvery: 50,
      lease: { ttl: "1 second", renewEvery: "100 millis" },
      ...settings
    })
    const fiber = Effect.runFork(running.run.pipe(Effect.provide(layer())))
    const stop = () => Effect.runPromise(Fiber.interrupt(fiber))
    afterAll(stop)
    return { status: running.status, stop }
  }

  const checkpoint = async (consumer: string) => {
    const [row] = await admin`select * from sluice.consumers where consumer = ${consumer}`
    return row
  }
  /** Once everything in the log has been handled. */
  const caughtUp = async (consumer: string) => {
    const [head] = await admin<{ head: number }[]>`select coalesce(max(position), 0) as head from sluice.events`
    await until(async () => ((await checkpoint(consumer))?.position ?? 0) >= (head?.head ?? 0))
  }
  return {
    admin,
    append,
    caughtUp,
    checkpoint,
    database,
    js,
    log,
    makeStream,
    manager,
    nc,
    publish,
    relay,
    server,
    start
  }
}

/** A consumer that writes down every application of every event, so that a doubled effect shows as a second row. */
export const notebook = async (
  admin: Awaited<ReturnType<typeof stage>>["admin"],
  name: string,
  before: (events: ReadonlyArray<RecordedEvent>) => Effect.Effect<unknown, unknown, Postgres> = () => Effect.void
) => {
  await admin.unsafe(`create table sluice.${name} (id bigserial, tenant text, stream_id text, version int)`)
  await admin.unsafe(`grant all on sluice.${name}, sluice.${name}_id_seq to sluice_projector`)
  const consumer: Consumer = {
    name,
    categories: [name],
    decode: (event) => {
      if (event.type.startsWith("note.unknown")) throw new Error(`Unknown event type: ${event.type}`)
      return event
    },
    reactions: [
      {
        name: "notes",
        apply: (events) =>
          Effect.andThen(
            before(events),
            Postgres.use((pg) =>
              pg.query(
                (sql) => sql`
                  insert into sluice.${sql(name)} (tenant, stream_id, version)
                  select value ->> 0, value ->> 1, (value ->> 2)::int
                  from jsonb_array_elements(${sql.json(events.map((one) => [one.tenant, one.streamId, one.version]) as never)})`
              )
            )
          )
      }
    ]
  }
  const notes = async (streamId?: string): Promise<ReadonlyArray<number>> => {
    const rows = await admin<{ version: number }[]>`
      select version from sluice.${admin(name)} where stream_id = ${streamId ?? null} or ${streamId === undefined} order by id`
    return rows.map(({ version }) => version)
  }
  /** Of the one category that this consumer hears. */
  const newStream = (): string => `${name}-${randomUUID()}`
  return { consumer, newStream, notes }
}

export const note = (text = "x", type = "note.taken"): NewEvent => ({ type, data: { text } })
