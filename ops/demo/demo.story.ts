import { Role } from "@sluice/contracts/actor/actor"
import { Requirement, SubjectType } from "@sluice/contracts/approval/approval.events"
import { Schema } from "effect"

/**
 * What an organisation does, step by step: `example.json` is one, and a file of exchanges is turned into one. Sessions and
 * approvals have names of the story's own; the API gives them their ids.
 */

const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))

export const Person = Schema.Struct({
  name: Name,
  roles: Schema.Array(Role),
  kind: Schema.optionalKey(Schema.Literals(["user", "agent", "service"]))
})

const step = {
  by: Name,
  /** The error of the contract with which the step must be refused; otherwise it must succeed. */
  refused: Schema.optionalKey(Schema.String)
}
const onSession = { ...step, session: Name }
const onApproval = { ...step, approval: Name }
const text = Schema.optionalKey(Schema.String)

export const Step = Schema.Union([
  Schema.Struct({
    does: Schema.tag("open"),
    ...onSession,
    role: Role,
    metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
  }),
  Schema.Struct({ does: Schema.tag("activate"), ...onSession }),
  Schema.Struct({ does: Schema.tag("pause"), ...onSession, reason: text }),
  Schema.Struct({ does: Schema.tag("complete"), ...onSession, reason: text }),
  Schema.Struct({ does: Schema.tag("fail"), ...onSession, reason: text }),
  Schema.Struct({ does: Schema.tag("report"), ...onSession, meter: Name, quantity: Schema.Int, model: text }),
  Schema.Struct({
    does: Schema.tag("request"),
    ...onApproval,
    /** A session of the story, or something else by its type and id. */
    about: Schema.Union([Schema.Struct({ session: Name }), Schema.Struct({ type: SubjectType, id: Schema.String })]),
    required: Schema.Array(Requirement),
    reason: text,
    contentHash: text
  }),
  Schema.Struct({ does: Schema.tag("approve"), ...onApproval, comment: text, contentHash: text }),
  Schema.Struct({ does: Schema.tag("reject"), ...onApproval, comment: text }),
  Schema.Struct({ does: Schema.tag("cancel"), ...onApproval, reason: text })
]).pipe(Schema.toTaggedUnion("does"))
export type Step = typeof Step.Type

export const Story = Schema.Struct({
  about: Schema.String,
  people: Schema.Array(Person),
  steps: Schema.Array(Step)
})
export type Story = typeof Story.Type

/** One step in words, for the progress line. */
export const inWords = (step: Step): string => {
  const what = "session" in step ? step.session : step.approval
  return `${step.by} ${verbs[step.does]} ${what}${step.refused === undefined ? "" : " (to be refused)"}`
}

const verbs: Readonly<Record<Step["does"], string>> = {
  open: "opens",
  activate: "activates",
  pause: "pauses",
  complete: "completes",
  fail: "gives up",
  report: "reports usage of",
  request: "asks for",
  approve: "approves",
  reject: "rejects",
  cancel: "cancels"
}
