import { randomUUID } from "node:crypto"
import type { Actor } from "@sluice/contracts/actor/actor"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { streamId } from "@sluice/contracts/event/event.stream-id"
import { approvalId, subjectId } from "@sluice/contracts/run/run.ids"
import type { Recordable } from "../support/recorded.stack.ts"

/** The same approvals told twice, in two tenants: in one as releases wrote them under version 1, in the other under version 2. */

const person = (id: string, ...roles: ReadonlyArray<string>): Actor => ({ kind: "user", id, roles })
const ada = person("ada", "pm")
const mary = person("mary", "manager")
const system: Actor = { kind: "system", id: "run", roles: [] }
const RUN = "0197a000-0000-7000-8000-00000000000a"

interface Told {
  readonly stream: string
  readonly by: Actor
  readonly type: string
  readonly data: JsonObject
  /** Of a question: whom version 1 named, where it named anybody. */
  readonly named?: Actor
}

const streamOf = (name: string): string => streamId("approval", `0197a000-0000-7000-8000-0000000000${name}`)
const asked = (stream: string, by: Actor, more: JsonObject = {}, named?: Actor): Told => ({
  ...{ stream, by, type: "approval.requested" },
  data: {
    subject: { type: "custom", id: "purchase" },
    required: [{ roles: ["manager"], count: 1 }],
    preventSelfReview: true,
    reason: "Q1",
    links: [],
    contentHash: null,
    expiresAt: null,
    escalation: null,
    remindEvery: null,
    ...more
  },
  ...(named === undefined ? {} : { named })
})
const then = (stream: string, type: string, data: JsonObject = {}, by: Actor = system): Told => ({
  ...{ stream, by, data },
  type: `approval.${type}`
})
const said = (stream: string, verdict: string): Told =>
  then(stream, "decision-recorded", { verdict, comment: "so", contentHash: null }, mary)
const gate = (kind: "checkpoint" | "signoff", named: Actor, more: JsonObject = {}): Told =>
  asked(
    streamId("approval", approvalId(RUN, kind, "A", 1, 1)),
    ada,
    { subject: { type: kind, id: subjectId(RUN, "A", 1) }, ...more },
    named
  )

export const pendingId = "0197a000-0000-7000-8000-0000000000d1"
const [pending, approved, rejected, lapsed, cancelled, bySystem] = ["d1", "d2", "d3", "d4", "d5", "d6"].map(
  streamOf
) as [...[string, string, string, string, string, string]]
const signoff = gate("signoff", ada)
const lapses = {
  expiresAt: "2199-01-01T00:00:00.000Z",
  escalation: { after: "P300D", roles: ["director"] },
  remindEvery: "P100D"
}
const workflow = { name: "plan", version: 1, digest: "d" }
const started = { runId: RUN, workflow, title: "Spring", deadline: null, definition: { phases: [] } }

const story: ReadonlyArray<Told> = [
  asked(pending, ada, { escalation: lapses.escalation, remindEvery: lapses.remindEvery }),
  asked(approved, ada),
  said(approved, "approve"),
  then(approved, "approved", {}, mary),
  asked(rejected, ada),
  said(rejected, "reject"),
  then(rejected, "rejected", {}, mary),
  asked(lapsed, ada, lapses),
  then(lapsed, "reminded", { dueAt: "2026-01-02T00:00:00.000Z" }),
  then(lapsed, "escalated", { roles: ["director"] }),
  then(lapsed, "expired"),
  asked(cancelled, ada),
  then(cancelled, "cancelled", { reason: "moot" }, ada),
  // The system for nobody, which version 1 left to the envelope.
  asked(bySystem, system),
  said(bySystem, "approve"),
  then(bySystem, "approved", {}, mary),
  // What a run asks: a checkpoint in its own name and a sign-off in somebody's, though the envelope says who commanded it.
  { stream: streamId("run", RUN), by: ada, type: "run.started", data: started },
  gate("checkpoint", system, { preventSelfReview: false }),
  signoff,
  said(signoff.stream, "approve"),
  then(signoff.stream, "approved", {}, mary)
]

/** The story as events of one tenant, `approval.requested` under this version. */
export const toldIn = (tenant: string, version: 1 | 2): ReadonlyArray<Recordable> =>
  story.map(({ stream, by, type, data, named }) => {
    const isQuestion = type === "approval.requested"
    const requestedBy = version === 1 ? named : (named ?? by)
    return {
      ...{ tenant, type, streamId: stream, eventId: randomUUID(), schemaVersion: isQuestion ? version : 1 },
      data: isQuestion && requestedBy !== undefined ? { ...data, requestedBy: { ...requestedBy } } : data,
      metadata: { actor: by, correlationId: RUN, causationId: RUN }
    }
  })
