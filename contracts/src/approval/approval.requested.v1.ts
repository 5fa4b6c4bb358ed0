import { Schema } from "effect"
import { Actor } from "../actor/actor.ts"
import { upcasting } from "../event/event.upcast.ts"
import { type ApprovalRequested, Escalation, Link, Requirement, Subject } from "./approval.events.ts"

/**
 * The first version: `requestedBy` was there only where the system asked for somebody; else the envelope's actor asked. Spelt
 * out, so that it stays as it is whatever becomes of the newest shape.
 */
const ApprovalRequestedV1 = Schema.Struct({
  type: Schema.tag("approval.requested"),
  data: Schema.Struct({
    subject: Subject,
    required: Schema.Array(Requirement),
    preventSelfReview: Schema.Boolean,
    reason: Schema.NullOr(Schema.String),
    links: Schema.Array(Link),
    contentHash: Schema.NullOr(Schema.String),
    expiresAt: Schema.NullOr(Schema.String).annotate({ description: "RFC 3339, UTC, milliseconds; null: never." }),
    escalation: Schema.NullOr(Escalation),
    remindEvery: Schema.NullOr(Schema.String).annotate({ description: "ISO 8601 duration; null: nobody is reminded." }),
    requestedBy: Schema.optionalKey(Actor).pipe(
      Schema.annotateKey({ description: "On whose behalf the system asks; absent: the actor of the envelope asks." })
    )
  })
}).annotate({
  description:
    "A question was put to roles. In this first version `requestedBy` is there only where the system asked for somebody; where it is absent, the actor of the envelope asked."
})

/** To version 2: who asked is always in the event. */
export const approvalRequestedV1 = upcasting<typeof ApprovalRequested.Type>()({
  type: "approval.requested",
  from: 1,
  schema: ApprovalRequestedV1,
  upcast: ({ requestedBy, ...asked }, { actor }) => ({ ...asked, requestedBy: requestedBy ?? actor })
})
