import { Schema } from "effect"
import { ApprovalEvent } from "../approval/approval.events.ts"
import { BillingEvent } from "../billing/billing.events.ts"
import { BudgetEvent } from "../budget/budget.events.ts"
import { NotificationEvent } from "../notification/notification.events.ts"
import { PreferenceEvent } from "../preference/preference.events.ts"
import { RunEvent } from "../run/run.events.ts"
import { SessionEvent } from "../session/session.events.ts"
import { SubscriptionEvent } from "../subscription/subscription.events.ts"
import { DefinitionEvent, WorkflowEvent } from "../workflow/workflow.events.ts"
import type { DomainEvent } from "./event.envelope.ts"
import { categoryOf } from "./event.stream-id.ts"

/** Every event there is, in its newest shape. */
export type AnyEvent =
  | SessionEvent
  | ApprovalEvent
  | WorkflowEvent
  | DefinitionEvent
  | RunEvent
  | BillingEvent
  | BudgetEvent
  | SubscriptionEvent
  | NotificationEvent
  | PreferenceEvent

export interface EventType {
  /** `<category>.<event>` */
  readonly type: AnyEvent["type"]
  readonly category: string
  /** Of the shape that is written today. */
  readonly schemaVersion: number
  /** Of `{ type, data }`. */
  readonly schema: Schema.Codec<AnyEvent, unknown>
}

const register = (cases: Readonly<Record<string, Schema.Codec<AnyEvent, unknown>>>): ReadonlyArray<EventType> =>
  Object.entries(cases).map(([type, schema]) => ({
    type: type as AnyEvent["type"],
    category: categoryOf(type),
    schemaVersion: 1,
    schema
  }))

/** Every event type: what consumers understand, what the store may be asked to append. */
export const eventTypes: ReadonlyArray<EventType> = [
  ...register(SessionEvent.cases),
  ...register(ApprovalEvent.cases),
  ...register(WorkflowEvent.cases),
  ...register(DefinitionEvent.cases),
  ...register(RunEvent.cases),
  ...register(BillingEvent.cases),
  ...register(BudgetEvent.cases),
  ...register(SubscriptionEvent.cases),
  ...register(NotificationEvent.cases),
  ...register(PreferenceEvent.cases)
]

const known = new Map(
  eventTypes.map((entry) => [entry.type as string, { ...entry, decode: Schema.decodeUnknownSync(entry.schema) }])
)

const lookUp = (type: string) => {
  const entry = known.get(type)
  if (entry === undefined) throw new Error(`Unknown event type: ${type}`)
  return entry
}

/** The version under which events of a type are written today. Throws an `Error` for an unknown type. */
export const schemaVersionOf = (type: string): number => lookUp(type).schemaVersion

/**
 * A recorded event in its newest shape; keys that this shape does not know are dropped. Throws an `Error` that names the
 * type, where type or version is unknown or the data does not fit: the event is poison to whoever reads it.
 */
export const decodeEvent = (type: string, schemaVersion: number, data: unknown): AnyEvent & DomainEvent => {
  const entry = lookUp(type)
  if (entry.schemaVersion !== schemaVersion) throw new Error(`Unknown version of event type ${type}: ${schemaVersion}`)
  try {
    return entry.decode({ type, data })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`Data does not fit event type ${type}, version ${schemaVersion}: ${why}`, { cause })
  }
}
