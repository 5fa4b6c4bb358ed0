import { Schema } from "effect"
import { TimestampInput } from "../time/time.timestamp.ts"

/** Bodies of the subscription's commands, as HTTP (and later NATS) carries them. What an endpoint and a pattern may be: `@sluice/subscription`. */

const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))
export const Endpoint = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(2000))
/** A pattern of event types, `approval.*`. */
export const EventPattern = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))
export const eventPatterns = (pattern: typeof EventPattern) =>
  Schema.Array(pattern).check(Schema.isMinLength(1), Schema.isMaxLength(50))
const Types = eventPatterns(EventPattern)

export const CreateSubscription = Schema.Struct({
  name: Name,
  endpoint: Endpoint,
  types: Types,
  /** Default false. */
  strictOrder: Schema.optionalKey(Schema.Boolean),
  /** Default true. */
  active: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "CreateSubscription" })
export type CreateSubscription = typeof CreateSubscription.Type

/** At least one of them; `types` replaces. `active: true` also ends having been disabled. */
export const UpdateSubscription = Schema.Struct({
  name: Schema.optionalKey(Name),
  endpoint: Schema.optionalKey(Endpoint),
  types: Schema.optionalKey(Types),
  strictOrder: Schema.optionalKey(Schema.Boolean),
  active: Schema.optionalKey(Schema.Boolean)
})
  .check(
    Schema.makeFilter(
      (body) =>
        Object.values(body).some((value) => value !== undefined) ||
        "needs one of name, endpoint, types, strictOrder, active"
    )
  )
  .annotate({ identifier: "UpdateSubscription" })
export type UpdateSubscription = typeof UpdateSubscription.Type

/** Seconds for which the secret before goes on signing beside the new one; default a day, at most a week. */
export const RotateSecret = Schema.Struct({
  overlapSeconds: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 7 * 86_400 })))
}).annotate({ identifier: "RotateSecret" })
export type RotateSecret = typeof RotateSecret.Type
export const OVERLAP_SECONDS_DEFAULT = 86_400

/** Of a command that needs no telling. (A struct without fields would take any value.) */
export const NoBody = Schema.Record(Schema.String, Schema.Never.annotate({ message: "Unexpected key" }))

/** All dead deliveries of events recorded at or after `since`. */
export const RedeliverDead = Schema.Struct({ since: TimestampInput }).annotate({ identifier: "RedeliverDead" })
export type RedeliverDead = typeof RedeliverDead.Type
