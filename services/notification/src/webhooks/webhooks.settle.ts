import { SystemActor } from "@sluice/contracts/actor/actor"
import { appendWithin, type CommandWithin, commandWithin } from "@sluice/event-store/append-within"
import { Postgres } from "@sluice/postgres"
import { disable, type SubscriptionState, subscription } from "@sluice/subscription"
import { Effect, Result } from "effect"
import { v5 } from "uuid"
import { type AttemptResult, type Settlement, settleAttempts } from "./webhooks.sql.ts"

/** UUIDv5 namespace of the commands that give an endpoint up. */
const NAMESPACE = "c2b4b0f4-6f0e-5d0a-8a0e-6d1f5b7c9e21"
const actor = SystemActor("notification")

export interface Settling {
  readonly instance: string
  /** Milliseconds of failing after which an endpoint is given up. */
  readonly disableAfter: number
}

/** A result and what became of its delivery; undefined: somebody else has it by now. */
export interface Settled {
  readonly result: AttemptResult
  readonly status: Settlement["settled"][number][1] | undefined
}

/**
 * Stores results. Those of an endpoint that has to be given up for them are stored together with its
 * `subscription.disabled`, or not at all; the rest in one statement.
 */
export const settle = (settling: Settling, results: ReadonlyArray<AttemptResult>) =>
  Effect.gen(function* () {
    const first = yield* settleAttempts(settling.instance, results, settling.disableAfter, false)
    if (first.disable.length === 0) return settledOf(results, first)
    const given = new Set(first.disable.map(({ tenant, id }) => `${tenant}/${id}`))
    const [others, theirs] = partition(results, ({ tenant, subscriptionId }) =>
      given.has(`${tenant}/${subscriptionId}`)
    )
    const answers = [yield* settleDisabling(settling, theirs)]
    // Another endpoint may have come to its end in the meantime.
    if (others.length > 0) answers.push(yield* settleDisabling(settling, others))
    return answers.flat()
  })

const settleDisabling = ({ instance, disableAfter }: Settling, results: ReadonlyArray<AttemptResult>) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.gen(function* () {
        const settlement = yield* settleAttempts(instance, results, disableAfter, true)
        const answers = yield* appendWithin(settlement.disable.map(commandOf), settlement.now)
        for (const answer of answers) if (answer._tag === "defect") return yield* Effect.die(answer.defect)
        return settledOf(results, settlement)
      })
    )
  )

/** The same for whoever gives an endpoint up for the same stretch of failures. A decision without events: it is given up already. */
const commandOf = ({ tenant, id, reason, failingSince }: Settlement["disable"][number]): CommandWithin => {
  const commandId = v5(`${tenant}/${id}/${reason}/${failingSince}`, NAMESPACE)
  return commandWithin<readonly [SubscriptionState], never>(commandId, {
    ...{ tenant, actor, correlationId: commandId, keys: [] },
    streams: [{ category: subscription, id }],
    decide: ([stream], { now }) =>
      Result.map(disable(stream.state, { reason, failingSince }, { id, actor, now }), (events) =>
        events.map((event) => ({ stream: 0, event }))
      ) as Result.Result<never[], never>
  })
}

const settledOf = (results: ReadonlyArray<AttemptResult>, { settled }: Settlement): ReadonlyArray<Settled> => {
  const statuses = new Map(settled)
  return results.map((result, index) => ({ result, status: statuses.get(index) }))
}

const partition = <A>(all: ReadonlyArray<A>, second: (one: A) => boolean): readonly [Array<A>, Array<A>] => [
  all.filter((one) => !second(one)),
  all.filter(second)
]
