import { createHash } from "node:crypto"
import type { Actor } from "@sluice/contracts/actor/actor"
import type { JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { inNewestShape, schemaVersionOf } from "@sluice/contracts/event/event.registry"
import { approvalId, subjectId } from "@sluice/contracts/run/run.ids"
import { minuteIso, person } from "@sluice/contracts/testing/testing.given-when-then"
import type { Memory } from "./inbox.memory.ts"
import { memoryNeeded, type Planned, planInbox } from "./inbox.plan.ts"

/** The words of the inbox's specs: what happened on which stream, and what becomes of it. */

export const RUN = "0197a000-0000-7000-8000-00000000000a"
export const APPROVAL = "0197a000-0000-7000-8000-00000000000b"
export const SUBSCRIPTION = "0197a000-0000-7000-8000-00000000000c"
export const GATE = approvalId(RUN, "checkpoint", "A", 1, 1)

export const ada = person("ada", "pm")
export const mary = person("mary", "manager")
export const fred = person("fred", "finance")
export const system: Actor = { kind: "system", id: "run", roles: [] }

export interface Step {
  readonly stream: string
  readonly type: string
  readonly data: JsonObject
  readonly by: Actor
  readonly tenant: string
}

/** Events as the log holds them: the n-th at minute n, versions counted per stream. */
export const logOf = (steps: ReadonlyArray<Step>): ReadonlyArray<RecordedEvent> => {
  const versions = new Map<string, number>()
  return steps.map(({ stream, type, data, by, tenant }, index) => {
    const version = (versions.get(tenant + stream) ?? 0) + 1
    versions.set(tenant + stream, version)
    return inNewestShape({
      position: index + 1,
      tenant,
      streamId: stream,
      version,
      eventId: uuidOf(`event ${index}`),
      type,
      schemaVersion: schemaVersionOf(type),
      data,
      metadata: { actor: by, correlationId: "c", causationId: "c" },
      recordedAt: minuteIso(index)
    })
  })
}
export const uuidOf = (text: string): string => {
  const hex = createHash("sha256").update(text).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const step = (stream: string, type: string, data: JsonObject, by: Actor): Step => ({
  stream,
  type,
  data,
  by,
  tenant: "acme"
})
export const ofApproval = (type: string, data: JsonObject = {}, by = system, id = APPROVAL): Step =>
  step(`approval-${id}`, `approval.${type}`, data, by)
export const ofRun = (type: string, data: JsonObject = {}, by = ada, id = RUN): Step =>
  step(`run-${id}`, `run.${type}`, data, by)
export const ofSubscription = (type: string, data: JsonObject = {}, by = ada): Step =>
  step(`subscription-${SUBSCRIPTION}`, `subscription.${type}`, data, by)
export const ofBudget = (type: string, data: JsonObject = {}): Step =>
  step("budget-0197a000-0000-7000-8000-00000000000d", `budget.${type}`, data, system)
export const ofMark = (type: "read" | "archived", notificationId: string, by = ada): Step =>
  step(`notification-${uuidOf(notificationId + by.id)}`, `notification.${type}`, { notificationId }, by)

export const one = (...roles: ReadonlyArray<string>) => ({ roles, count: 1 })
export const asked = (more: JsonObject = {}, by = ada, id = APPROVAL): Step =>
  ofApproval(
    "requested",
    {
      subject: { type: "custom", id: "deploy 7" },
      required: [one("manager"), one("finance")],
      preventSelfReview: true,
      reason: "Friday evening",
      links: [],
      contentHash: null,
      expiresAt: null,
      escalation: null,
      remindEvery: null,
      requestedBy: { ...by },
      ...more
    },
    by,
    id
  )
/** The question that a run asks with its phase A. */
export const askedByRun = (type: "checkpoint" | "signoff", more: JsonObject = {}): Step =>
  asked({ subject: { type, id: subjectId(RUN, "A", 1) }, required: [one("*")], reason: null, ...more }, system, GATE)
export const said = (verdict: "approve" | "reject", by: Actor, comment: string | null = null): Step =>
  ofApproval("decision-recorded", { verdict, comment, contentHash: null }, by)
export const started = (by = ada): Step =>
  ofRun(
    "started",
    {
      runId: RUN,
      workflow: { name: "plan", version: 1, digest: "d" },
      title: "Spring",
      deadline: null,
      definition: { phases: [] }
    },
    by
  )
export const gate = { phase: "A", visit: 1, approvalId: GATE }
export const question = (id: string, role: string | null) => ({ id, text: "Who pays?", role, phase: null, task: null })
export const reminded = (dueAt: string) => ofApproval("reminded", { dueAt })
export const blocked = { phase: "A", visit: 1, reason: "the vendor" }
export const blocker = (id: string) => ({ id, text: "No key", phase: null, task: null })
export const subscribed = ofSubscription("created", {
  name: "erp",
  endpoint: "https://erp.example.com",
  types: ["*.*"],
  strictOrder: false,
  secretId: "s"
})
export const reached: JsonObject = {
  budgetId: "b",
  name: "Lab",
  scope: { type: "tenant", id: null },
  periodStart: null,
  limit: "15000000000000000",
  spent: "12345678900000000",
  notify: ["finance", "finance", "pm"]
}

export interface Row extends Planned {
  readonly settledAt: string | null
}
interface MarkRow {
  readonly readAt: string
  readonly archivedAt: string | null
}
/** What the tables hold, in memory. */
export interface Inbox {
  readonly rows: Map<string, Row>
  readonly marks: Map<string, MarkRow>
  readonly memory: Map<string, Memory>
}
export const empty = (): Inbox => ({ rows: new Map(), marks: new Map(), memory: new Map() })

/** Applies a batch, giving the planner no more memory than it asks for. */
export const take = ({ rows, marks, memory }: Inbox, events: ReadonlyArray<RecordedEvent>): void => {
  const needed = memoryNeeded(events)
  const plan = planInbox(events, new Map([...memory].filter(([key]) => needed.has(key))))
  for (const planned of plan.notifications)
    if (!rows.has(planned.id)) rows.set(planned.id, { ...planned, settledAt: null })
  for (const { tenant, key, role, position, at } of plan.settled.toSorted((a, b) => a.position - b.position))
    for (const row of rows.values()) {
      const under = row.settleKey === key || row.settleKey?.startsWith(`${key}/`) === true
      const meant = role === null || (row.audience.kind === "role" && row.audience.id === role)
      if (row.tenant === tenant && under && meant && row.position < position && row.settledAt === null)
        rows.set(row.id, { ...row, settledAt: at })
    }
  for (const { notificationId, actor, readAt, archivedAt } of plan.marks) {
    const before = marks.get(`${notificationId} ${actor}`)
    marks.set(`${notificationId} ${actor}`, {
      readAt: before?.readAt ?? readAt,
      archivedAt: before?.archivedAt ?? archivedAt
    })
  }
  for (const [key, kept] of plan.memory) kept === null ? memory.delete(key) : memory.set(key, kept)
}

/** The rows of a story, the oldest first. */
export const rowsOf = (...steps: ReadonlyArray<Step>): ReadonlyArray<Row> => {
  const inbox = empty()
  take(inbox, logOf(steps))
  return [...inbox.rows.values()]
}
