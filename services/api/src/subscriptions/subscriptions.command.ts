import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import type { DomainEvent } from "@sluice/contracts/event/event.envelope"
import { Caller } from "@sluice/contracts/http/http.auth"
import { PreconditionFailed } from "@sluice/contracts/http/http.errors"
import { SubscriptionNotFound } from "@sluice/contracts/subscription/subscription.errors"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { type SubscriptionState, subscription } from "@sluice/subscription"
import { Effect, type Result } from "effect"
import type { Body } from "../http/body.decode.ts"
import { type RefusalClass, storeAway } from "../http/command.errors.ts"
import { inputOf, onFirst } from "../http/command.input.ts"
import { runCommand } from "../http/command.run.ts"

/** To whoever asks, a subscription that is deleted is not there. */
const missing = (id: string) => {
  const notFound = () => new SubscriptionNotFound({ subscriptionId: id })
  return { notFound, lacks: ({ status }: SubscriptionState) => (status === "deleted" ? notFound() : undefined) }
}

/** The subscription's state as it is known here; not there, or deleted: refused. */
export const liveSubscription = Effect.fnUntraced(function* (id: string) {
  const bus = yield* CommandBus
  const { tenant } = yield* Caller
  const { state } = yield* bus.peek(tenant, { category: subscription, id }).pipe(Effect.catch(storeAway))
  if (state.status === "none" || state.status === "deleted") return yield* missing(id).notFound()
  return state
})

/** The input of a command on a subscription. Whether there is one is said before anything about the input. */
export const inputOn = <A, E, R>(id: string, body: Effect.Effect<A, E, R>) => {
  const { notFound, lacks } = missing(id)
  return inputOf(body, { category: subscription, id }, notFound, lacks)
}

export interface SubscriptionCall<A, Known extends RefusalClass> {
  /** `subscription.<command>` */
  readonly name: string
  readonly id: string
  /** Ids in the path. */
  readonly ids: ReadonlyArray<string>
  readonly body: Body<A>
  readonly headers: { readonly "idempotency-key"?: string; readonly "if-match"?: string }
  /** How the decision may refuse, beside that there is no subscription. */
  readonly refusals: ReadonlyArray<Known>
  readonly decide: (
    state: SubscriptionState,
    command: A,
    context: DecisionContext
  ) => Result.Result<ReadonlyArray<DomainEvent>, unknown>
}

/** Executes a command on a subscription. That it is deleted counts for more than that it is at another version. */
export const commandOnSubscription = Effect.fnUntraced(function* <A, Known extends RefusalClass = never>(
  call: SubscriptionCall<A, Known>
) {
  const { actor } = yield* Caller
  const { name, id, ids, body, headers, refusals } = call
  return yield* runCommand({
    name,
    ids,
    sent: body.sent,
    headers,
    notFound: missing(id).notFound,
    refusals: [SubscriptionNotFound, ...refusals],
    streams: [{ category: subscription, id }],
    decide: ([{ state }], { now }) => onFirst(call.decide(state, body.command, { id, actor, now }))
  }).pipe(Effect.tapError((error) => (error instanceof PreconditionFailed ? liveSubscription(id) : Effect.void)))
})
