import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { categoryOf, idOf } from "@sluice/contracts/event/event.stream-id"
import { notificationId } from "@sluice/contracts/notification/notification.ids"
import type { Audience } from "@sluice/contracts/notification/notification.views"
import { ENDS, gateOf, type Memory, type Recorded, type RunMemory, remembering } from "./inbox.memory.ts"
import { type AnyRule, pathOf, type Rule, rules, type Settler, settlers } from "./inbox.rules.ts"

/** Pure: what a batch of events means for the inbox. The same log yields the same, however it is cut into batches. */

/** A notification that somebody is to get. */
export interface Planned {
  readonly tenant: string
  readonly id: string
  readonly rule: string
  readonly audience: Audience
  readonly title: string
  readonly body: string | null
  readonly subject: string
  readonly path: string | null
  readonly eventId: string
  readonly eventType: string
  readonly position: number
  readonly settleKey: string | null
  readonly createdAt: string
}
/** What is older than `position`, wanted an action under this key or one that it begins, and is for this role (null: for anybody). */
export interface Settled {
  readonly tenant: string
  readonly key: string
  readonly role: string | null
  readonly position: number
  readonly at: string
}
/** What one person did with a notification, and when first; null: not in this batch. */
export interface Marked {
  readonly tenant: string
  readonly notificationId: string
  /** `<kind>/<id>` */
  readonly actor: string
  readonly readAt: string
  readonly archivedAt: string | null
}
export interface InboxPlan {
  /** By `memoryKey`, what has changed; null: dropped. */
  readonly memory: ReadonlyMap<string, Memory | null>
  readonly notifications: ReadonlyArray<Planned>
  readonly settled: ReadonlyArray<Settled>
  readonly marks: ReadonlyArray<Marked>
}

// A tenant's name holds no space.
export const memoryKey = (tenant: string, streamId: string): string => `${tenant} ${streamId}`

const byType = <R extends { readonly on: string }>(lines: ReadonlyArray<R>): ReadonlyMap<string, ReadonlyArray<R>> =>
  Map.groupBy(lines, ({ on }) => on)
const rulesOn = byType(rules)
const settlersOn = byType(settlers)

const isMark = ({ type }: RecordedEvent): boolean => type === "notification.read" || type === "notification.archived"
const concernsStream = ({ type }: RecordedEvent): boolean =>
  rulesOn.has(type) || settlersOn.has(type) || Object.hasOwn(remembering, type) || ENDS.has(type)

/** The streams (`memoryKey`s) of which a plan for these events needs what is kept; of one that begins here that is nothing. */
export const memoryNeeded = (events: ReadonlyArray<RecordedEvent>): ReadonlySet<string> => {
  const needed = new Set<string>()
  const begun = new Set<string>()
  for (const event of events) {
    if (!concernsStream(event)) continue
    const key = memoryKey(event.tenant, event.streamId)
    if (event.version === 1) begun.add(key)
    if (event.type !== "budget.warned" && event.type !== "budget.exceeded") needed.add(key)
    if (event.type !== "approval.requested") continue
    const gate = gateOf((event as unknown as Recorded<"approval.requested">).data.subject)
    if (gate !== undefined) needed.add(memoryKey(event.tenant, gate.stream))
  }
  return needed.difference(begun)
}

/** `memory`: what is kept of the streams that `memoryNeeded` names. */
export const planInbox = (events: ReadonlyArray<RecordedEvent>, memory: ReadonlyMap<string, Memory>): InboxPlan => {
  const changed = new Map<string, Memory | null>()
  const kept = (key: string): Memory | undefined => (changed.has(key) ? changed.get(key) : memory.get(key)) ?? undefined
  const notifications: Array<Planned> = []
  const settled: Array<Settled> = []
  const marks = new Map<string, Marked>()
  for (const event of events.toSorted((a, b) => a.position - b.position)) {
    if (isMark(event)) note(marks, event as unknown as Recorded<"notification.read">)
    if (!concernsStream(event)) continue
    const key = memoryKey(event.tenant, event.streamId)
    const before = kept(key)
    const now = remember(event, before, (stream) => kept(memoryKey(event.tenant, stream)) as RunMemory | undefined)
    if (now !== undefined || categoryOf(event.type) === "budget") {
      const happened = { id: idOf(event.streamId), event, before, now }
      for (const rule of rulesOn.get(event.type) ?? []) notifications.push(...follow(rule as never, happened as never))
      for (const line of settlersOn.get(event.type) ?? []) settled.push(...settle(line as never, happened as never))
    }
    if (ENDS.has(event.type)) changed.set(key, null)
    else if (now !== undefined && now !== before) changed.set(key, now)
  }
  return { memory: changed, notifications, settled, marks: [...marks.values()] }
}

const remember = (
  event: RecordedEvent,
  before: Memory | undefined,
  runOf: (stream: string) => RunMemory | undefined
): Memory | undefined => {
  const add = remembering[event.type as AnyRule["on"]]
  return add === undefined ? before : add(event as never, before as never, runOf)
}

type Happened = Parameters<Rule<never>["tells"]>[0] & { readonly event: RecordedEvent; readonly id: string }

const follow = (rule: Rule<never>, happened: Happened): ReadonlyArray<Planned> => {
  if (rule.if?.(happened) === false) return []
  const { tenant, eventId, streamId, type, position, recordedAt } = happened.event as RecordedEvent
  const { title, body } = rule.says(happened)
  return rule.tells(happened).map((audience) => ({
    tenant,
    id: notificationId(eventId, rule.name, audience),
    rule: rule.name,
    audience,
    title,
    body,
    subject: streamId,
    path: pathOf(categoryOf(streamId), happened.id),
    eventId,
    eventType: type,
    position,
    settleKey: rule.until?.(happened) ?? null,
    createdAt: recordedAt
  }))
}

const settle = (line: Settler<never>, happened: Happened): ReadonlyArray<Settled> => {
  const { tenant, position, recordedAt } = happened.event as RecordedEvent
  const whole = { tenant, key: line.settles(happened), position, at: recordedAt }
  return line.of === undefined ? [{ ...whole, role: null }] : line.of(happened).map((role) => ({ ...whole, role }))
}

const note = (marks: Map<string, Marked>, event: Recorded<"notification.read" | "notification.archived">): void => {
  const { tenant, recordedAt, metadata } = event
  const { notificationId } = event.data
  const actor = `${metadata.actor.kind}/${metadata.actor.id}`
  const key = `${tenant} ${notificationId} ${actor}`
  const before = marks.get(key) ?? { tenant, notificationId, actor, readAt: recordedAt, archivedAt: null }
  const archivedAt = before.archivedAt ?? (event.type === "notification.archived" ? recordedAt : null)
  marks.set(key, { ...before, archivedAt })
}
