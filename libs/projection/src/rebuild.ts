/**
 * Builds the tables of a read model anew from the log, beside the old ones, while its consumer goes on, and exchanges them.
 *
 *   begin ─▶ fill ─▶ index ─▶ catch up ─▶ compare ─▶ catch up ─▶ exchange
 *
 * Authority. What has to be in the new tables is what the consumer has applied: per stream up to `consumer_version`, less
 * what an operator gave up. It is read from `sluice.events` and applied by the code that the consumer runs. Each pass of
 * catching up adds what the consumer has applied since the mark (checkpoint, and streams that stand elsewhere) of the pass
 * before, until that is little.
 *
 * Comparing happens in one snapshot, after a pass in that snapshot: old and new tables then stand at the same event.
 *
 * The exchange is one transaction. It waits for the batch that is under way and holds up the next one
 * (`consumer_lock_key`), makes a last pass, which is therefore exact, locks the tables against readers, and gives the new
 * ones the names of the old. Readers wait for the renaming alone; whoever reads afterwards reads the new table. Whoever has
 * begun before is waited for, half a second at most: if that is too short, everything of this transaction is taken back,
 * the consumer goes on, and we try again.
 *
 * Failures:
 * - killed anywhere: `<table>_next` is left behind, which nobody reads and the next rebuild drops; the lease lapses;
 * - a second rebuild of that name is refused; one that stood still and was overtaken is fenced by the lease's epoch;
 * - an event cannot be applied: `RebuildFailed`, the new tables are dropped, the old ones stand;
 * - the consumer is away, behind, or has parked streams: the new rows are at exactly the same versions.
 */

import { assertLease } from "@sluice/lease/lease"
import { type DbError, Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { alone } from "./rebuild.lease.ts"
import { readMark } from "./rebuild.mark.ts"
import {
  abandonTables,
  type Builder,
  beginTables,
  type Comparison,
  compareTables,
  holdConsumer,
  indexTables,
  switchTables
} from "./rebuild.tables.ts"
import { type Mark, type Page, RebuildFailed, type RebuildTarget } from "./rebuild.target.ts"

export interface RebuildOptions {
  /** Whose tables these are. */
  readonly consumer: string
  readonly target: RebuildTarget
  /** Shown to operators as the holder of the lease. */
  readonly owner: string
  /** Told what goes on: so many of about so many events. */
  readonly onStep?: (step: RebuildStep, done: number, total: number) => void
}
export type RebuildStep = "filling" | "indexing" | "catching up" | "comparing" | "exchanging"

export interface RebuildReport extends Comparison {
  readonly name: string
  /** Applied from the log. */
  readonly events: number
  /** Milliseconds that the consumer stood still for. */
  readonly heldFor: number
}

/** Events that are little enough to be applied while the consumer waits; and passes after which it has to. */
const LITTLE = 500
const PASSES = 20
/** How often the exchange is tried; milliseconds between. */
const EXCHANGES = 60
const PAUSE = 500

/** Needs the role `sluice_operator`, and two connections. */
export const rebuild = ({ consumer, target, owner, onStep = () => {} }: RebuildOptions) =>
  alone(target.name, owner, (builder) =>
    Effect.gen(function* () {
      const total = yield* target.size
      let events = 0
      const step = (words: RebuildStep): void => onStep(words, events, Math.max(total, events))
      const page = pageOf(builder)

      yield* page(beginTables(builder, target))
      step("filling")
      const begun = yield* readMark(consumer)
      yield* target.fill(page, (count) => {
        events += count
        step("filling")
      })
      step("indexing")
      yield* page(indexTables(builder, target))

      const follow = (from: Mark) =>
        Effect.gen(function* () {
          const to = yield* readMark(consumer)
          const count = yield* target.follow(from, to, page)
          events += count
          return { mark: to, count }
        })
      const catchUp = (from: Mark) =>
        Effect.gen(function* () {
          let mark = from
          for (let pass = 1; pass <= PASSES; pass++) {
            const done = yield* follow(mark)
            mark = done.mark
            if (done.count <= LITTLE) break
          }
          return mark
        })

      step("catching up")
      const caughtUp = yield* catchUp(begun)
      step("comparing")
      const { mark: compared, ...comparison } = yield* inSnapshot(
        Effect.gen(function* () {
          const { mark } = yield* page(follow(caughtUp))
          return { mark, ...(yield* compareTables(target)) }
        })
      )
      const exchange = (from: Mark) =>
        page(
          Effect.gen(function* () {
            yield* holdConsumer(consumer)
            const since = performance.now()
            yield* follow(from)
            yield* switchTables(builder, consumer, target)
            return since
          })
        ).pipe(Effect.map((since) => Math.ceil(performance.now() - since)))
      step("catching up")
      let mark = yield* catchUp(compared)
      for (let attempt = 1; ; attempt++) {
        step("exchanging")
        const heldFor = yield* Effect.catchIf(exchange(mark), isBusy, () => Effect.void)
        if (heldFor !== undefined) return { name: target.name, events, heldFor, ...comparison } satisfies RebuildReport
        if (attempt === EXCHANGES) return yield* new RebuildFailed({ message: NEVER_FREE })
        yield* Effect.sleep(PAUSE)
        mark = yield* catchUp(mark)
      }
    }).pipe(
      Effect.onError(() => Effect.ignore(Effect.timeout(pageOf(builder)(abandonTables(builder, target)), "5 seconds")))
    )
  )

const NEVER_FREE = "Somebody reads the table all the time, or holds the consumer up; the old table stands as it did"

/** Others had the tables, or the consumer, for too long. */
const isBusy = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && (error.code === "55P03" || error.code === "40P01")

/** One transaction in which every row is found by its key, however little is known about tables that were empty just now. */
const pageOf =
  ({ lease, epoch }: Builder): Page =>
  (work) =>
    Postgres.use((pg) =>
      pg.transaction(
        Effect.gen(function* () {
          yield* assertLease(lease, epoch)
          yield* pg.query((sql) => sql`select sluice.plan_by_key()`)
          return yield* work
        })
      )
    )

const inSnapshot = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E | DbError, R | Postgres> =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.andThen(
        pg.query((sql) => sql`set transaction isolation level repeatable read`),
        work
      )
    )
  )
