import { Schema } from "effect"

/**
 * Events of a webhook subscription, newest shapes. Wire name `sluice.subscription.<event>.v1`; who acted and when is in the
 * envelope. A secret is never in them: `secretId` names it where it is kept, sealed.
 */

/** `description` is what the documents say of the event. */
const event = <const T extends string, F extends Schema.Struct.Fields>(type: T, fields: F, description: string) =>
  Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(fields) }).annotate({ description })

const settings = {
  name: Schema.String,
  endpoint: Schema.String,
  types: Schema.Array(Schema.String).annotate({ description: "Patterns of event types, for example approval.*" }),
  strictOrder: Schema.Boolean
}

export const SubscriptionCreated = event(
  "subscription.created",
  { ...settings, secretId: Schema.String },
  "A webhook was subscribed. The actor of the envelope owns it: who is told when it is disabled."
)
export const SubscriptionUpdated = event(
  "subscription.updated",
  {
    name: Schema.optionalKey(settings.name),
    endpoint: Schema.optionalKey(settings.endpoint),
    types: Schema.optionalKey(settings.types),
    strictOrder: Schema.optionalKey(settings.strictOrder)
  },
  "A webhook's settings changed: only what changed is here, an absent key is unchanged."
)
export const SubscriptionPaused = event(
  "subscription.paused",
  {},
  "Events from here on are not delivered to the webhook; what is on its way waits."
)
export const SubscriptionActivated = event(
  "subscription.activated",
  {},
  "The webhook delivers events from here on, and what waited."
)
export const SubscriptionDisabled = event(
  "subscription.disabled",
  {
    reason: Schema.Literals(["failing", "gone"]),
    failingSince: Schema.String.annotate({ description: "RFC 3339, UTC." })
  },
  "Sluice gave a webhook's endpoint up: it failed for too long, or answered 410 Gone."
)
export const SubscriptionSecretRotated = event(
  "subscription.secret-rotated",
  {
    secretId: Schema.String,
    previousUntil: Schema.String.annotate({
      description: "Until then (RFC 3339, UTC) the secret before signs beside it."
    })
  },
  "Another secret signs the webhook's deliveries from here on."
)
export const SubscriptionTestRequested = event(
  "subscription.test-requested",
  {},
  "A test of the webhook was asked for: this event itself is delivered, whatever the patterns say."
)
export const SubscriptionRedeliveryRequested = event(
  "subscription.redelivery-requested",
  { deliveryId: Schema.String },
  "One delivery of the webhook that has ended is to be made again."
)
export const SubscriptionDeadRedeliveryRequested = event(
  "subscription.dead-redelivery-requested",
  { since: Schema.String.annotate({ description: "RFC 3339, UTC." }) },
  "Every dead delivery to the webhook of an event at or after `since` is to be made again."
)
export const SubscriptionDeleted = event(
  "subscription.deleted",
  {},
  "The webhook was removed. What has not been delivered yet never will be: it ends dead."
)

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
