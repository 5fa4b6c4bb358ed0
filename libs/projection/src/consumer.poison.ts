/**
 * Careful mode (I11): which of these events is the poison?
 *
 * After a batch whose reactions failed, and after a process that ended uncleanly, events are applied in small groups, each
 * in a transaction of its own, and the attempt is counted in a committed row first. An event that has never been tried
 * shares a group with others like it; one that has been tried before goes alone. So the events beside a poison are tried
 * at most once together with it, the poison itself collects attempts until the limit, whether it raises an error or takes
 * the whole process down, and then its stream is parked.
 *
 * Failures of the surroundings (database away, lease lost) take the attempt back and end the session.
 */
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { assertLease } from "@sluice/lease/lease"
import { Postgres } from "@sluice/postgres"
import { Effect, Exit } from "effect"
import { applyWork, planWork, type Work } from "./consumer.apply.ts"
import { streamKey } from "./consumer.batch.ts"
import type { Writer } from "./consumer.checkpoint.ts"
import type { Consumer } from "./consumer.definition.ts"
import type { EventIdentity } from "./consumer.entry.ts"
import { reactionFailedIn } from "./consumer.errors.ts"
import { countAttempt, forgetAttempts, noteError, parkStream, readAttempts } from "./consumer.parking.ts"

const GROUP = 50

/** The next events to try together, by the attempts that each of them has behind it. */
export const nextGroup = <A>(events: ReadonlyArray<A>, attempts: ReadonlyArray<number>): ReadonlyArray<A> => {
  if ((attempts[0] ?? 0) > 0) return events.slice(0, 1)
  const tried = attempts.findIndex((count) => count > 0)
  return events.slice(0, Math.min(GROUP, tried < 0 ? events.length : tried))
}

/**
 * Applies what is new in the work, event by event where need be, and parks what cannot be applied. Leaves the checkpoint
 * alone: `applyWork` of the same work then finds nothing but repeats and parked streams.
 */
export const applyCarefully = (writer: Writer, consumer: Consumer, work: Work, limit: number) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const plan = yield* pg.transaction(planWork(writer, consumer, work))
    const parked = new Set<string>()
    let rest = plan.apply
    let applied = 0
    while (rest.length > 0) {
      const rows = yield* readAttempts(writer.consumer, rest.slice(0, GROUP))
      const group = nextGroup(
        rest,
        rows.map(({ attempts }) => attempts)
      )
      const [first] = group as readonly [RecordedEvent, ...Array<RecordedEvent>]
      const before = rows[0]?.attempts ?? 0
      if (before >= limit) {
        yield* park(writer, first, before, rows[0]?.error ?? "The process ended while it was applied")
        parked.add(streamKey(first))
        rest = rest.filter((event) => !parked.has(streamKey(event)))
        continue
      }
      yield* countAttempt(writer.consumer, group, 1)
      if (yield* attempt(writer, consumer, group, work)) {
        applied += group.length
        rest = rest.slice(group.length)
      } else if (group.length === 1) yield* Effect.sleep(50 * 2 ** before)
    }
    for (const entry of plan.poison) {
      if (!parked.has(streamKey(entry))) yield* park(writer, entry, 1, entry.unusable)
    }
    return { applied, duplicates: plan.duplicates }
  })

/** Whether the events are applied now. Fails only with what is not the events' fault. */
const attempt = (writer: Writer, consumer: Consumer, group: ReadonlyArray<RecordedEvent>, { released }: Work) =>
  Effect.gen(function* () {
    const entries = { entries: group, ...(released === undefined ? {} : { released }) }
    const takeBack = Effect.ignore(countAttempt(writer.consumer, group, -1))
    const exit = yield* Effect.exit(Effect.onInterrupt(applyWork(writer, consumer, entries), () => takeBack))
    if (Exit.isSuccess(exit)) {
      yield* forgetAttempts(writer.consumer, group)
      return true
    }
    const failed = reactionFailedIn(exit.cause)
    if (failed === undefined) {
      yield* takeBack
      return yield* Effect.failCause(exit.cause)
    }
    const [first] = group
    if (first !== undefined && group.length === 1) yield* noteError(writer.consumer, first, failed.message)
    return false
  })

const park = (writer: Writer, event: EventIdentity, attempts: number, error: string) =>
  Postgres.use((pg) =>
    pg.transaction(
      assertLease(writer.lease, writer.epoch).pipe(Effect.andThen(parkStream(writer.consumer, event, attempts, error)))
    )
  )
