import { type DecisionContext, timestamp } from "@sluice/contracts/event/event.decision"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import {
  type CreateSubscription,
  OVERLAP_SECONDS_DEFAULT,
  type RedeliverDead,
  type RotateSecret,
  type UpdateSubscription
} from "@sluice/contracts/subscription/subscription.commands"
import {
  SubscriptionInactive,
  SubscriptionNotFound,
  type SubscriptionRefusal
} from "@sluice/contracts/subscription/subscription.errors"
import type { SubscriptionEvent } from "@sluice/contracts/subscription/subscription.events"
import { DateTime, Result } from "effect"
import type { LiveSubscription, SubscriptionState } from "./subscription.state.ts"

/**
 * One function per command: what happens, or why not. No events: it is so already. What an endpoint and a pattern may be is
 * judged before, by `subscription.input`. Of one that is deleted nothing is left to command.
 */
export type SubscriptionDecision = Result.Result<ReadonlyArray<SubscriptionEvent>, SubscriptionRefusal>

/** Names the secret that was made for this command and is kept already. */
export interface SecretContext extends DecisionContext {
  readonly secretId: string
}

/** Creates a subscription under a fresh id. It delivers at once unless `active` is false. */
export const create = (
  state: SubscriptionState,
  body: CreateSubscription,
  context: SecretContext
): SubscriptionDecision => {
  if (state.status !== "none") return Result.succeed([])
  const { name, endpoint, types, strictOrder = false, active = true } = body
  const { secretId } = context
  const created: SubscriptionEvent = {
    type: "subscription.created",
    data: { name, endpoint, types, strictOrder, secretId }
  }
  return Result.succeed(active ? [created] : [created, paused])
}

/** Changes settings, status, or both. `active: true` also takes up one that was disabled; `false` leaves a disabled one as it is. */
export const update = (
  state: SubscriptionState,
  body: UpdateSubscription,
  context: DecisionContext
): SubscriptionDecision =>
  live(state, context, (current) => Result.succeed([...changesOf(current, body), ...turnsOf(current, body.active)]))

/** Deletes it: deliveries that have not ended end dead. */
export const remove = (state: SubscriptionState, context: DecisionContext): SubscriptionDecision =>
  live(state, context, () => Result.succeed([{ type: "subscription.deleted", data: {} }]))

/** Signs with another secret from here on, and for a while with the present one too. */
export const rotateSecret = (
  state: SubscriptionState,
  body: RotateSecret,
  context: SecretContext
): SubscriptionDecision =>
  live(state, context, () => {
    const previousUntil = timestamp(context.now + (body.overlapSeconds ?? OVERLAP_SECONDS_DEFAULT) * 1000)
    return Result.succeed([
      { type: "subscription.secret-rotated", data: { secretId: context.secretId, previousUntil } }
    ])
  })

/** Has a test event delivered. */
export const requestTest = (state: SubscriptionState, context: DecisionContext): SubscriptionDecision =>
  delivering(state, context, { type: "subscription.test-requested", data: {} })

/** Has one delivery made again. That it is one of this subscription's and has ended is the caller's to know. */
export const redeliver = (
  state: SubscriptionState,
  body: { readonly deliveryId: string },
  context: DecisionContext
): SubscriptionDecision => {
  const { deliveryId } = body
  return delivering(state, context, { type: "subscription.redelivery-requested", data: { deliveryId } })
}

/** Has everything that is dead since a time made again. */
export const redeliverDead = (
  state: SubscriptionState,
  body: RedeliverDead,
  context: DecisionContext
): SubscriptionDecision => {
  const since = DateTime.formatIso(body.since)
  return delivering(state, context, { type: "subscription.dead-redelivery-requested", data: { since } })
}

/** Gives the endpoint up. The system's command: on anything but an active subscription it changes nothing. */
export const disable = (
  state: SubscriptionState,
  body: { readonly reason: "failing" | "gone"; readonly failingSince: string },
  _context: DecisionContext
): SubscriptionDecision => {
  const { reason, failingSince } = body
  return Result.succeed(
    state.status === "active" ? [{ type: "subscription.disabled", data: { reason, failingSince } }] : []
  )
}

const paused: SubscriptionEvent = { type: "subscription.paused", data: {} }
const activated: SubscriptionEvent = { type: "subscription.activated", data: {} }

const live = (
  state: SubscriptionState,
  { id }: DecisionContext,
  then: (state: LiveSubscription) => SubscriptionDecision
): SubscriptionDecision =>
  state.status === "none" || state.status === "deleted"
    ? Result.fail(new SubscriptionNotFound({ subscriptionId: id }))
    : then(state)

/** The event, of a subscription that is active; others deliver nothing. */
const delivering = (
  state: SubscriptionState,
  context: DecisionContext,
  event: SubscriptionEvent
): SubscriptionDecision =>
  live(state, context, ({ status }) =>
    status === "active"
      ? Result.succeed([event])
      : Result.fail(new SubscriptionInactive({ subscriptionId: context.id, status }))
  )

const changesOf = (state: LiveSubscription, body: UpdateSubscription): ReadonlyArray<SubscriptionEvent> => {
  const { name, endpoint, types, strictOrder } = body
  const data = {
    ...(name === undefined || name === state.name ? {} : { name }),
    ...(endpoint === undefined || endpoint === state.endpoint ? {} : { endpoint }),
    ...(types === undefined || sameJson(types, state.types) ? {} : { types }),
    ...(strictOrder === undefined || strictOrder === state.strictOrder ? {} : { strictOrder })
  }
  return Object.keys(data).length === 0 ? [] : [{ type: "subscription.updated", data }]
}

const turnsOf = ({ status }: LiveSubscription, active: boolean | undefined): ReadonlyArray<SubscriptionEvent> => {
  if (active === true && status !== "active") return [activated]
  return active === false && status === "active" ? [paused] : []
}
