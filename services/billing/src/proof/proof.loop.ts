/**
 * The loop that proves the ledger: works out again from the events what billing has to keep, and holds that against what it keeps.
 *
 *   standing by ──this instance bills──▶ proving ──done──▶ resting ──`every` is over──▶ proving
 *                                           └──the database is away──▶ waiting ──▶ proving
 *
 * Authority. The events are right: `sluice.billing_expected` says in SQL what they come to, and shares nothing with the code that
 * bills. A proof reads and changes nothing. What it finds is counted by a gauge and told in the log, once for each change; what to do
 * about it (`sluice billing verify`, then a rebuild) is for people.
 *
 * A proof goes tenant by tenant. Each is compared on one snapshot, at the checkpoint of the consumer in that very snapshot, so
 * whatever is billed meanwhile makes no difference. The first one begins as soon as this instance bills.
 *
 * One instance proves, the one that bills: on the others the gauges are 0, so that a sum over instances is right. No lease of its
 * own guards that, since two proofs at once would be nothing but twice the work.
 *
 * Failures, and what they cost:
 * - crash anywhere: nothing was written; the next instance begins anew;
 * - this instance bills no more: the proof is given up within a second;
 * - a proof fails (the database is away, a statement is cancelled): said once, tried again after a minute or `every`, whichever is
 *   shorter; until then the gauges show the proof before, and its time grows old.
 */
import type { DbError, Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import {
  bothProofs,
  noProof,
  onBillingSnapshot,
  type Proof,
  proveTenant,
  tenantsBilled
} from "@sluice/proof/billing.proof"
import { Cause, Duration, Effect } from "effect"
import { driftTotal, proofAt, proofSeconds } from "./drift.metrics.ts"

export interface ProofStatus {
  readonly state: "standing by" | "proving" | "resting" | "waiting"
  /** Why it waits, or what is wrong. */
  readonly reason?: string
}
export interface ProofSettings {
  /** Between the end of a proof and the beginning of the next. */
  readonly every: Duration.Input
  /** Whether this instance is the one that bills. */
  readonly isLeader: () => boolean
  /** Told of each proof that was done. */
  readonly onProven?: (proof: Proof) => void
}
export interface RunningProof {
  /** Never ends; interrupt it to stop. */
  readonly run: Effect.Effect<never, never, Postgres>
  readonly status: () => ProofStatus
}

/** Milliseconds between two looks at whether this instance bills, and before a proof that failed is tried again. */
const LOOK_EVERY = 1_000
const RETRY_AFTER = 60_000
/** Differences that the log names. */
const NAMED = 10

export const makeProof = ({ every, isLeader, onProven }: ProofSettings): RunningProof => {
  const pause = Duration.toMillis(every)
  let status: ProofStatus = { state: "standing by" }
  /** What was said last of differences, and of why there is no proof: each is said once. */
  let said = ""
  let complaint: string | undefined

  const told = (proof: Proof) =>
    Effect.suspend(() => {
      const { drift, differences } = proof
      status = drift === 0 ? { state: "resting" } : { state: "resting", reason: `${drift} differences` }
      const before = said
      said = drift === 0 ? "" : JSON.stringify([drift, differences])
      if (said === before) return Effect.void
      return drift === 0
        ? Effect.logInfo("What billing keeps is what the events say again")
        : Effect.logError("What billing keeps is not what the events say: sluice billing verify names it", {
            drift,
            differences
          })
    })

  const proof = Effect.gen(function* () {
    status = { state: "proving" }
    const startedAt = performance.now()
    const found = yield* proveAll
    driftTotal.set(found.drift)
    proofSeconds.set((performance.now() - startedAt) / 1000)
    proofAt.setToCurrentTime()
    if (complaint !== undefined) yield* Effect.logInfo("The ledger can be proven again")
    complaint = undefined
    yield* told(found)
    onProven?.(found)
    return pause
  }).pipe(
    Effect.catchCause((cause) => {
      if (Cause.hasInterrupts(cause)) return Effect.interrupt
      const reason = describe(Cause.squash(cause))
      const before = complaint
      complaint = reason
      status = { state: "waiting", reason }
      const complain = Effect.logWarning("The ledger cannot be proven for now", { reason })
      return Effect.as(before === reason ? Effect.void : complain, Math.min(pause, RETRY_AFTER))
    })
  )

  const proofs = Effect.forever(Effect.flatMap(proof, (wait) => Effect.sleep(wait)))

  /** Ends as soon as another instance bills. */
  const whileLeading = Effect.raceFirst(
    proofs,
    untilIt(() => !isLeader())
  ).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        status = { state: "standing by" }
        for (const gauge of [driftTotal, proofAt, proofSeconds]) gauge.reset()
      })
    )
  )

  return {
    run: Effect.forever(Effect.andThen(untilIt(isLeader), whileLeading)),
    status: () => status
  }
}

/** One tenant after the other, each on a snapshot of its own. */
const proveAll: Effect.Effect<Proof, DbError, Postgres> = Effect.gen(function* () {
  let all = noProof
  for (const tenant of yield* tenantsBilled) all = bothProofs(all, yield* onBillingSnapshot(proveTenant(tenant, NAMED)))
  return { ...all, differences: all.differences.slice(0, NAMED) }
})

const untilIt = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (holds() ? Effect.void : Effect.andThen(Effect.sleep(LOOK_EVERY), untilIt(holds))))
