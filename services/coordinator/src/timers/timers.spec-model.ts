import type { JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { schemaVersionOf } from "@sluice/contracts/event/event.registry"
import type { CalledTimer } from "@sluice/contracts/timer/timer.kinds"
import { Schema } from "effect"
import { kindOf } from "./timer.changes.ts"
import { netChanges } from "./timers.reaction.ts"
import type { VersionedChange } from "./timers.sql.ts"

export const RETENTION = 7 * 86_400_000
const BEGAN = Date.parse("2026-03-01T00:00:00.000Z")
export const requested = {
  subject: { type: "custom", id: "thing" },
  required: [{ roles: ["pm"], count: 1 }],
  preventSelfReview: true,
  reason: null,
  links: [],
  contentHash: null,
  expiresAt: "2026-03-02T00:00:00.000Z",
  escalation: { after: "PT4H", roles: ["boss"] },
  remindEvery: "PT1H",
  requestedBy: { kind: "user", id: "ann", roles: [] }
}
const begun: JsonObject = { workflow: {}, title: "x", deadline: "2026-03-05T00:00:00.000Z", definition: {} }

type Later = readonly [type: string, data: (n: number) => JsonObject]
type First = readonly [type: string, data: JsonObject]
const later: Readonly<Record<string, ReadonlyArray<Later>>> = {
  session: [
    ["session.activated", () => ({ reason: null })],
    ["session.usage-recorded", () => ({})],
    ["session.paused", () => ({ reason: null })],
    ["session.completed", () => ({ reason: null })],
    ["session.expired", () => ({})]
  ],
  approval: [
    ["approval.decision-recorded", () => ({ verdict: "approve", comment: null, contentHash: null })],
    ["approval.reminded", (n) => ({ dueAt: new Date(BEGAN + n * 3_600_000).toISOString() })],
    ["approval.escalated", () => ({ roles: ["boss"] })],
    ["approval.reminded", (n) => ({ dueAt: new Date(BEGAN + n * 3_600_000).toISOString() })],
    ["approval.approved", () => ({})],
    ["approval.cancelled", () => ({ reason: null })]
  ],
  run: [
    ["run.task-added", () => ({})],
    ["run.paused", () => ({ reason: null })],
    ["run.overdue", () => ({ deadline: "2026-03-05T00:00:00.000Z" })],
    ["run.completed", () => ({})]
  ]
}
const first: Readonly<Record<string, First>> = {
  session: ["session.opened", { role: "pm", taskId: null, metadata: {} }],
  approval: ["approval.requested", requested],
  run: ["run.started", begun]
}

/** A log of three streams: each number chooses a stream and what happens to it next. */
export const logOf = (choices: ReadonlyArray<number>): ReadonlyArray<RecordedEvent> => {
  const versions = new Map<string, number>()
  return choices.map((choice, position) => {
    const category = Object.keys(first)[choice % 3] as string
    const version = (versions.get(category) ?? 0) + 1
    versions.set(category, version)
    const kinds = later[category] as ReadonlyArray<Later>
    const [type, data] = kinds[Math.floor(choice / 3) % kinds.length] as Later
    const [opening, openingData] = first[category] as First
    const happened = version === 1 ? opening : type
    return {
      position: position + 1,
      tenant: "acme",
      streamId: `${category}-1`,
      version,
      eventId: String(position),
      type: happened,
      schemaVersion: schemaVersionOf(happened),
      data: version === 1 ? openingData : data(version),
      metadata: { actor: { kind: "user", id: "ann", roles: [] }, correlationId: "c", causationId: "c" },
      recordedAt: new Date(BEGAN + position).toISOString()
    } as RecordedEvent
  })
}

export const Choices = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))).check(
  Schema.isMaxLength(30)
)
export const Cuts = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))).check(
  Schema.isMaxLength(30)
)

/** What `sluice.timers_apply` does, in memory. */
export type Model = Map<string, CalledTimer & { readonly version: number }>

export const rememberIn = (model: Model, changes: ReadonlyArray<VersionedChange>): void => {
  for (const { tenant, streamId, version, change } of changes) {
    const key = `${tenant} ${streamId} ${kindOf(change)}`
    const known = model.get(key)
    if (known !== undefined && known.version > version) continue
    if (change.what === "set") model.set(key, { ...change.timer, version })
    if (change.what === "clear") model.delete(key)
    if (change.what === "move" && known !== undefined && known.every !== null)
      model.set(key, { ...known, dueAt: new Date(Date.parse(change.from) + known.every).toISOString(), version })
  }
}

/** What each batch of a log changes. */
export const batchesOf = (events: ReadonlyArray<RecordedEvent>, cuts: ReadonlyArray<number>) => {
  const batches: Array<ReadonlyArray<VersionedChange>> = []
  let rest = events
  for (const cut of [...cuts, events.length]) {
    batches.push(netChanges(rest.slice(0, cut), RETENTION))
    rest = rest.slice(cut)
  }
  return batches
}

export const inBatches = (events: ReadonlyArray<RecordedEvent>, cuts: ReadonlyArray<number>): Model => {
  const model: Model = new Map()
  for (const changes of batchesOf(events, cuts)) rememberIn(model, changes)
  return model
}
