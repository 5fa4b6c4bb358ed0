import { PhaseStatus, RunStatus } from "@sluice/contracts/run/run.views"
import { timerKinds } from "@sluice/contracts/timer/timer.kinds"
import { Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import { Cause, type Duration, Effect } from "effect"
import { failing, pending } from "../timers/timers.metrics.ts"
import { oldestWaiting, phases, runs, stuck, stuckKinds } from "./watchdog.metrics.ts"

interface Facts {
  readonly pending: Readonly<Record<string, number>>
  readonly failing: number
  readonly waiting: Readonly<Record<string, number>>
  readonly runs: Readonly<Record<string, number>>
  readonly phases: Readonly<Record<string, number>>
}

/** Looks once; a look changes nothing but metrics. */
const look = Effect.gen(function* () {
  const pg = yield* Postgres
  const [row] = yield* pg.query<{ facts: Facts }>(
    (sql) => sql<{ facts: Facts }[]>`select sluice.coordinator_facts() as facts`
  )
  const facts = row?.facts
  for (const kind of timerKinds) pending.set({ kind }, facts?.pending[kind] ?? 0)
  failing.set(facts?.failing ?? 0)
  for (const status of RunStatus.literals) runs.set({ status }, facts?.runs[status] ?? 0)
  for (const status of [...PhaseStatus.literals, "blocked"]) phases.set({ status }, facts?.phases[status] ?? 0)
  for (const [subject, seconds] of Object.entries(facts?.waiting ?? {})) oldestWaiting.set({ subject }, seconds)
  const found = yield* pg.query<{ kind: string; count: number }>(
    (sql) =>
      sql<{ kind: string; count: number }[]>`select kind, count(*)::int as count from sluice.stuck() group by kind`
  )
  for (const kind of stuckKinds) stuck.set({ kind }, found.find((one) => one.kind === kind)?.count ?? 0)
  return found.reduce((sum, { count }) => sum + count, 0)
})

/**
 * Looks regularly for what waits for something that will never come, and says so as metrics (`sluice stuck` lists it). Runs on
 * the instance that fires timers; on the others the gauges are empty, so that a sum over instances is right. Never fails.
 */
export const watchdog = (every: Duration.Input): Effect.Effect<never, never, Postgres> => {
  let before = 0
  return look.pipe(
    Effect.tap((count) => {
      const grown = count > before
      before = count
      return grown ? Effect.logWarning("Something is stuck: sluice stuck lists it", { count }) : Effect.void
    }),
    Effect.catchCause((cause) =>
      Cause.hasInterrupts(cause)
        ? Effect.interrupt
        : Effect.logWarning("Cannot look for what is stuck", { reason: describe(Cause.squash(cause)) })
    ),
    Effect.andThen(Effect.sleep(every)),
    Effect.forever,
    Effect.ensuring(
      Effect.sync(() => {
        for (const gauge of [pending, failing, stuck, runs, phases, oldestWaiting]) gauge.reset()
      })
    )
  )
}
