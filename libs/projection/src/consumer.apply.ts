import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import { type Known, type Plan, planBatch, straight, streamKey } from "./consumer.batch.ts"
import type { Checkpoint, Writer } from "./consumer.checkpoint.ts"
import { type Consumer, heardCategories } from "./consumer.definition.ts"
import type { Entry } from "./consumer.entry.ts"
import { EventsMissing, HistoryLost, isNotStraight, react } from "./consumer.errors.ts"
import { parkStream, queueBehind } from "./consumer.parking.ts"
import { applyStraight } from "./consumer.straight.ts"

type Argument = Parameters<Sql["json"]>[0]

/** One transaction's worth. */
export interface Work {
  readonly entries: ReadonlyArray<Entry>
  /** Messages without a name. */
  readonly dead?: ReadonlyArray<DeadMessage>
  /** Where JetStream is read afterwards; absent: the work came from elsewhere. */
  readonly reached?: Pick<Checkpoint, "incarnation" | "sequence"> & { readonly streamCreated: string }
  /** The event up to which everything in the log is handled afterwards; absent: unchanged. */
  readonly handled?: { readonly position: number; readonly eventId: string }
  /** Parked streams (keys) that may be applied all the same, since they have been released. */
  readonly released?: ReadonlySet<string>
}
export interface DeadMessage {
  readonly sequence: number
  readonly subject: string
  readonly error: string
  readonly payload: string
}

/**
 * Inside a transaction: what of the entries is to be done. Fails with `EventsMissing` where the log holds more than the
 * entries up to the end of the work: the checkpoint would pass over it.
 */
export const planWork = (writer: Writer, consumer: Consumer, work: Work) =>
  Effect.gen(function* () {
    const plan = planBatch(work.entries, yield* begin(writer, consumer, work))
    const { stray } = plan
    if (stray === undefined) return plan
    return yield* new HistoryLost({
      message: `The log lacks versions of ${stray.streamId} of tenant ${stray.tenant} below ${stray.version}. ${RESTORED}`
    })
  })

/** Applies the work and saves the checkpoint, all or nothing. Fails with `ReactionFailed` when a reaction cannot. */
export const applyWork = (writer: Writer, consumer: Consumer, work: Work) => {
  const planned = applyPlanned(writer, consumer, work)
  const special = work.entries.length === 0 || (work.dead ?? []).length > 0 || work.released !== undefined
  const events = special ? undefined : straight(work.entries)
  if (events === undefined) return planned
  return applyStraight(writer, consumer, work, events).pipe(
    Effect.as({ applied: events.length, duplicates: 0 }),
    Effect.catchIf(isNotStraight, () => planned)
  )
}

const applyPlanned = (writer: Writer, consumer: Consumer, work: Work) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.gen(function* () {
        const plan = yield* planWork(writer, consumer, work)
        if (plan.apply.length > 0) {
          for (const reaction of consumer.reactions) yield* react(reaction, plan.apply)
        }
        if (plan.repeats.length > 0) yield* consumer.onRepeats?.(plan.repeats) ?? Effect.void
        for (const entry of plan.poison) yield* parkStream(writer.consumer, entry, 1, entry.unusable)
        if (plan.queued.length > 0) yield* queueBehind(writer.consumer, plan.queued)
        if (work.dead !== undefined && work.dead.length > 0) yield* bury(writer.consumer, work)
        yield* save(writer, work, plan)
        return { applied: plan.apply.length, duplicates: plan.duplicates }
      })
    )
  )

const begin = (writer: Writer, consumer: Consumer, work: Work) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const streams = new Map<string, readonly [string, string]>()
    for (const entry of work.entries) streams.set(streamKey(entry), [entry.tenant, entry.streamId])
    const events = work.entries.map(({ position, eventId }) => [position, eventId])
    const [row] = yield* pg.query<{ known: BeginAnswer }>(
      (sql) => sql<{ known: BeginAnswer }[]>`
        select sluice.consumer_begin(${writer.lease}, ${writer.epoch}, ${writer.consumer},
          ${sql.json([...streams.values()] as Argument)}, ${sql.json(events as Argument)},
          ${heardCategories(consumer)}, ${work.handled?.position ?? null}) as known`
    )
    const { seen, parked, unknown, missing } = (row as { known: BeginAnswer }).known
    const [stranger] = unknown
    if (stranger !== undefined) {
      const { eventId, position } = work.entries[stranger] as Entry
      return yield* new HistoryLost({
        message: `The broker holds event ${eventId} (position ${position}) that the log does not. ${RESTORED}`
      })
    }
    if (missing)
      return yield* new EventsMissing({ message: `The broker passed over events before ${work.handled?.position}` })
    const keys = [...streams.keys()]
    const known: Known = {
      seen: new Map(keys.map((key, index) => [key, seen[index] as number])),
      parked: new Set(parked.map((index) => keys[index] as string).filter((key) => work.released?.has(key) !== true))
    }
    return known
  })

interface BeginAnswer {
  readonly seen: ReadonlyArray<number>
  readonly parked: ReadonlyArray<number>
  readonly unknown: ReadonlyArray<number>
  readonly missing: boolean
}

const RESTORED =
  "The database was restored, or a failover lost commits. Stop the services, delete the JetStream stream (the relay makes " +
  "it again and publishes what the database holds), then start them."

const save = (writer: Writer, { reached, handled }: Work, plan: Plan) => {
  // A checkpoint at the end of the work says it already.
  const versions = handled === undefined ? plan.versions : []
  return Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        select sluice.consumer_save(${writer.consumer},
          ${sql.json(versions.map(({ tenant, streamId, version }) => [tenant, streamId, version]) as Argument)},
          ${reached?.incarnation ?? null}, ${reached?.streamCreated ?? null}, ${reached?.sequence ?? null},
          ${handled?.position ?? null}, ${handled?.eventId ?? null})`
    )
  )
}

const bury = (consumer: string, { dead = [], reached }: Work) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        insert into sluice.consumer_dead (consumer, stream_created, sequence, subject, error, payload)
        select ${consumer}, ${reached?.streamCreated ?? ""}, (value ->> 0)::bigint, value ->> 1, value ->> 2, value ->> 3
        from jsonb_array_elements(${sql.json(
          dead.map(({ sequence, subject, error, payload }) => [sequence, subject, error, payload]) as Argument
        )}) on conflict do nothing`
    )
  )
