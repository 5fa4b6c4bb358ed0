import { ApprovalEvent } from "../approval/approval.events.ts"
import { BillingEvent } from "../billing/billing.events.ts"
import { BudgetEvent } from "../budget/budget.events.ts"
import { NotificationEvent } from "../notification/notification.events.ts"
import { PreferenceEvent } from "../preference/preference.events.ts"
import { RunEvent } from "../run/run.events.ts"
import { SessionEvent } from "../session/session.events.ts"
import { SubscriptionEvent } from "../subscription/subscription.events.ts"
import { DefinitionEvent, WorkflowEvent } from "../workflow/workflow.events.ts"
import type { DomainEvent, RecordedEvent } from "./event.envelope.ts"
import { upcasts } from "./event.upcasts.ts"
import { decoderOf, type EventVersion, type Recorded, versionsOf } from "./event.versions.ts"

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

/** An event type in the shape that is written today. */
export type EventType = EventVersion<AnyEvent>

const versions = versionsOf<AnyEvent>(
  {
    ...SessionEvent.cases,
    ...ApprovalEvent.cases,
    ...WorkflowEvent.cases,
    ...DefinitionEvent.cases,
    ...RunEvent.cases,
    ...BillingEvent.cases,
    ...BudgetEvent.cases,
    ...SubscriptionEvent.cases,
    ...NotificationEvent.cases,
    ...PreferenceEvent.cases
  },
  upcasts
)

/** Every event type, newest shapes: what consumers understand, what the store may be asked to append. */
export const eventTypes: ReadonlyArray<EventType> = versions.newest

/** Every version that may be read: of a log, a subject or a feed. Oldest first within a type; the last one is in `eventTypes`. */
export const eventVersions: ReadonlyArray<EventVersion> = versions.all

const decoder = decoderOf(versions, upcasts)

/** The version under which events of a type are written today. Throws an `Error` for an unknown type. */
export const schemaVersionOf = (type: string): number => decoder.newestOf(type)

/**
 * A recorded event's type and data in its newest shape; keys that this shape does not know are dropped. Throws an `Error`
 * that names the type, where type or version is unknown or the data does not fit: the event is poison to whoever reads it.
 */
export const decodeEvent = (recorded: Recorded): AnyEvent & DomainEvent => decoder.decode(recorded)

/** The whole event in its newest shape; it then says that version, so reading it again changes nothing. Throws as `decodeEvent`. */
export const inNewestShape = (event: RecordedEvent): RecordedEvent => {
  const { type, data } = decodeEvent(event)
  return { ...event, type, data, schemaVersion: schemaVersionOf(type) }
}
