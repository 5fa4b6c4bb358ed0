import { isDeepStrictEqual } from "node:util"
import { type Consumer, jetstream } from "@nats-io/jetstream"
import { type CloudEvent, toCloudEvent } from "@sluice/contracts/event/event.cloud-event"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import { BrokerError, EVENTS, Nats, streamState } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { makePositionSet, type PositionSet } from "./position.set.ts"
import { eventName, type Tally } from "./verify.report.ts"

/**
 * Reads every message that EVENTS holds when the check begins, in batches, and holds each against its event (I2, no
 * stranger and nothing altered; I3, order). Answers which positions it has seen.
 *
 * Order: an event seen for the first time although the next version of its stream has been seen is disordered. For
 * events in order of position this needs no look at the database, and the others are few.
 */
export const readBroker = (tally: Tally) =>
  Effect.gen(function* () {
    const seen = makePositionSet()
    if ((yield* streamState(EVENTS)) === undefined) return seen
    const { consumer, messages } = yield* openReader
    for (let left = messages; left > 0; ) {
      const batch = yield* Effect.tryPromise({
        try: () => nextBatch(consumer, Math.min(left, BATCH)),
        catch: BrokerError.from
      })
      if (batch.length === 0) {
        if ((yield* streamState(EVENTS))?.messages === 0) break // retention was quicker
        return yield* BrokerError.from(new Error(`The broker fell silent with ${left} messages to go`))
      }
      left -= batch.length
      yield* compare(batch, seen, tally)
    }
    return seen
  }).pipe(Effect.scoped)

const BATCH = 1_000
/** Milliseconds for a batch to arrive. */
const PATIENCE = 10_000

/** A consumer of our own, gone when we are. It keeps nothing and nobody waits for its acknowledgements. */
const openReader = Effect.gen(function* () {
  const nats = yield* Nats
  const { name, num_pending } = yield* Effect.acquireRelease(
    nats.request((manager) =>
      manager.consumers.add(EVENTS, {
        name: `verify-${crypto.randomUUID()}`,
        ack_policy: "none",
        deliver_policy: "all",
        mem_storage: true,
        inactive_threshold: 60e9
      })
    ),
    ({ name }) => Effect.ignore(nats.request((manager) => manager.consumers.delete(EVENTS, name)))
  )
  const client = jetstream(yield* nats.connection, { timeout: PATIENCE })
  const consumer = yield* Effect.tryPromise({ try: () => client.consumers.get(EVENTS, name), catch: BrokerError.from })
  return { consumer, messages: num_pending }
})

const nextBatch = async (consumer: Consumer, size: number): Promise<ReadonlyArray<Message>> => {
  const batch: Array<Message> = []
  for await (const { seq, subject, headers, data } of await consumer.fetch({ max_messages: size, expires: PATIENCE })) {
    batch.push({ sequence: seq, subject, id: headers?.get("Nats-Msg-Id") ?? "", event: read(data) })
  }
  return batch
}

interface Message {
  readonly sequence: number
  readonly subject: string
  readonly id: string
  readonly event: CloudEvent | undefined
}

const text = new TextDecoder()

/** What is in a message, as it is; whether it is the event that it claims to be is judged against the log. */
const read = (data: Uint8Array): CloudEvent | undefined => {
  try {
    const event = JSON.parse(text.decode(data)) as CloudEvent
    return Number.isSafeInteger(event.position) && typeof event.id === "string" ? event : undefined
  } catch {
    return undefined
  }
}

interface EventRow extends Omit<RecordedEvent, "recordedAt"> {
  readonly recordedAt: Date
}

const compare = (batch: ReadonlyArray<Message>, seen: PositionSet, tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const positions = batch.flatMap(({ event }) => (event === undefined ? [] : [event.position]))
    const rows = yield* pg.query<EventRow>(
      (sql) => sql<EventRow[]>`
        select position, tenant, stream_id as "streamId", version, event_id as "eventId", type,
          schema_version as "schemaVersion", data, metadata, recorded_at as "recordedAt"
        from sluice.events where position = any(${positions}::bigint[])`
    )
    const stored = new Map(rows.map((row) => [row.position, row]))
    for (const { sequence, subject, id, event } of batch) {
      const row = event === undefined ? undefined : stored.get(event.position)
      if (event === undefined || row === undefined || row.eventId !== event.id) {
        tally.found("foreign", `message ${sequence} on ${subject}, id ${event?.id ?? (id || "none")}`)
        continue
      }
      const asStored = toCloudEvent({ ...row, recordedAt: row.recordedAt.toISOString() })
      const isWhole = id === row.eventId && subject === eventSubject(row.tenant, row.type, row.streamId)
      if (!isWhole || !isDeepStrictEqual(event, asStored)) {
        tally.found("altered", `message ${sequence} on ${subject} of ${eventName(row)}`)
      }
      if (seen.has(row.position)) {
        tally.add("repeated")
        continue
      }
      if (row.position < seen.highest() && (yield* isOvertaken(row, seen))) {
        tally.found("disordered", `${eventName(row)} at message ${sequence}`)
      }
      seen.add(row.position)
    }
  })

/** Whether the next version of the stream has been seen; those after it are compared when it comes. */
const isOvertaken = ({ tenant, streamId, version }: EventRow, seen: PositionSet) =>
  Postgres.use((pg) =>
    pg.query<{ position: number }>(
      (sql) => sql`
        select position from sluice.events
        where tenant = ${tenant} and stream_id = ${streamId} and version = ${version + 1}`
    )
  ).pipe(Effect.map(([next]) => next !== undefined && seen.has(next.position)))
