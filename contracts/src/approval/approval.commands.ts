import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { IsoDuration } from "../time/time.duration.ts"
import { TimestampInput } from "../time/time.timestamp.ts"
import { Requirement, SubjectType, Verdict } from "./approval.events.ts"

/** Bodies of the approval's commands, as HTTP (and later NATS) carries them. */

const Text = Schema.String.check(Schema.isMaxLength(4000))
const Url = Schema.String.check(Schema.isMaxLength(2000), Schema.isPattern(/^https?:\/\/\S+$/u))
const ContentHash = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))

export const RequestApproval = Schema.Struct({
  subject: Schema.Struct({
    type: SubjectType,
    id: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))
  }),
  required: Schema.Array(Requirement).check(Schema.isMinLength(1), Schema.isMaxLength(20)),
  /** Defaults to true; false for checkpoints. */
  preventSelfReview: Schema.optionalKey(Schema.Boolean),
  reason: Schema.optionalKey(Schema.NullOr(Text)),
  links: Schema.optionalKey(
    Schema.Array(Schema.Struct({ title: Schema.String.check(Schema.isMaxLength(200)), url: Url })).check(
      Schema.isMaxLength(20)
    )
  ),
  contentHash: Schema.optionalKey(Schema.NullOr(ContentHash)),
  /** RFC 3339; must be in the future. */
  expiresAt: Schema.optionalKey(Schema.NullOr(TimestampInput)),
  escalation: Schema.optionalKey(
    Schema.NullOr(Schema.Struct({ after: IsoDuration, roles: Schema.Array(Role).check(Schema.isMinLength(1)) }))
  ),
  remindEvery: Schema.optionalKey(Schema.NullOr(IsoDuration))
}).annotate({ identifier: "RequestApproval" })
export type RequestApproval = typeof RequestApproval.Type

export const DecideApproval = Schema.Struct({
  decision: Verdict,
  comment: Schema.optionalKey(Schema.NullOr(Text)),
  contentHash: Schema.optionalKey(Schema.NullOr(ContentHash))
}).annotate({ identifier: "DecideApproval" })
export type DecideApproval = typeof DecideApproval.Type

export const CancelApproval = Schema.Struct({ reason: Schema.optionalKey(Schema.NullOr(Text)) }).annotate({
  identifier: "CancelApproval"
})
export type CancelApproval = typeof CancelApproval.Type
