import { Schema } from "effect"

/**
 * Events of a webhook subscription, newest shapes. Wire name `sluice.subscription.<event>.v1`; who acted and when is in the
 * envelope. A secret is never in them: `secretId` names it where it is kept, sealed.
 */

const event = <const T extends string, F extends Schema.Struct.Fields>(type: T, fields: F) =>
  Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(fields) })

const settings = {
  name: Schema.String,
  endpoint: Schema.String,
  /** Patterns of event types, `approval.*`. */
  types: Schema.Array(Schema.String),
  strictOrder: Schema.Boolean
}

/** The actor of the envelope owns it: who is told when it is disabled. */
export const SubscriptionCreated = event("subscription.created", { ...settings, secretId: Schema.String })
/** What changed, and only that: an absent key is unchanged. */
export const SubscriptionUpdated = event("subscription.updated", {
  name: Schema.optionalKey(settings.name),
  endpoint: Schema.optionalKey(settings.endpoint),
  types: Schema.optionalKey(settings.types),
  strictOrder: Schema.optionalKey(settings.strictOrder)
})
/** Events from here on are not delivered; what is on its way waits. */
export const SubscriptionPaused = event("subscription.paused", {})
/** Delivers events from here on, and what waited. */
export const SubscriptionActivated = event("subscription.activated", {})
/** Sluice gave the endpoint up: it failed since `failingSince` (RFC 3339, UTC), or answered 410 Gone. */
export const SubscriptionDisabled = event("subscription.disabled", {
  reason: Schema.Literals(["failing", "gone"]),
  failingSince: Schema.String
})
/** `secretId` signs from here on; the one before signs beside it until `previousUntil` (RFC 3339, UTC). */
export const SubscriptionSecretRotated = event("subscription.secret-rotated", {
  secretId: Schema.String,
  previousUntil: Schema.String
})
/** This event itself is delivered, whatever the patterns say. */
export const SubscriptionTestRequested = event("subscription.test-requested", {})
/** One delivery that has ended is to be made again. */
export const SubscriptionRedeliveryRequested = event("subscription.redelivery-requested", { deliveryId: Schema.String })
/** Every delivery of an event at or after `since` (RFC 3339, UTC) that is dead is to be made again. */
export const SubscriptionDeadRedeliveryRequested = event("subscription.dead-redelivery-requested", {
  since: Schema.String
})
/** What has not been delivered yet never will be: it ends dead. */
export const SubscriptionDeleted = event("subscription.deleted", {})

export const SubscriptionEvent = Schema.Union([
  SubscriptionCreated,
  SubscriptionUpdated,
  SubscriptionPaused,
  SubscriptionActivated,
  SubscriptionDisabled,
  SubscriptionSecretRotated,
  SubscriptionTestRequested,
  SubscriptionRedeliveryRequested,
  SubscriptionDeadRedeliveryRequested,
  SubscriptionDeleted
]).pipe(Schema.toTaggedUnion("type"))
export type SubscriptionEvent = typeof SubscriptionEvent.Type
