import type { AnyEvent } from "@sluice/contracts/event/event.registry"
import type { Audience } from "@sluice/contracts/notification/notification.views"
import { type MemoryOf, type Recorded, rolesOf, rolesWanted, type Told } from "./inbox.memory.ts"
import * as say from "./inbox.texts.ts"

/**
 * Who is told of what: every rule, one line each. An event yields a notification for each audience of each rule on its type, and
 * settles what wanted an action under a key. All of it follows from the event's own stream, so that streams may come in any
 * order.
 */

type Type = AnyEvent["type"]

/** An event with what is kept of its stream before and after it. */
export interface Happened<T extends Type> {
  /** Of the stream, without its category. */
  readonly id: string
  readonly event: Recorded<T>
  readonly before: MemoryOf<T> | undefined
  readonly now: MemoryOf<T>
}

export interface Rule<T extends Type> {
  readonly name: string
  readonly on: T
  /** Only where this holds. */
  readonly if?: (happened: Happened<T>) => boolean
  readonly tells: (happened: Happened<T>) => ReadonlyArray<Audience>
  /** An action is wanted, until this key is settled. Absent: none is. */
  readonly until?: (happened: Happened<T>) => string
  readonly says: (happened: Happened<T>) => say.Text
}

export interface Settler<T extends Type> {
  readonly on: T
  /** The key that is settled, with all that it begins. */
  readonly settles: (happened: Happened<T>) => string
  /** For these roles only. */
  readonly of?: (happened: Happened<T>) => ReadonlyArray<string>
}

type OnAny<R extends { readonly [T in Type]: unknown }> = R[Type]
export type AnyRule = OnAny<{ readonly [T in Type]: Rule<T> }>
export type AnySettler = OnAny<{ readonly [T in Type]: Settler<T> }>

/** Of any of some types. */
type Of<T extends Type> = T extends Type ? Happened<T> : never

// Whom.
const roles = (some: ReadonlyArray<string>): ReadonlyArray<Audience> => some.map((id) => ({ kind: "role", id }))
const actor = (told: Told | undefined): ReadonlyArray<Audience> => (told ? [{ kind: "actor", id: told }] : [])
const asked = ({ now }: Of<"approval.requested">) => roles(rolesOf(now.required))
const awaited = ({ now }: Of<"approval.reminded">) => roles(rolesWanted(now))
const added = ({ event }: Of<"approval.escalated">) => roles([...new Set(event.data.roles)])
const requester = ({ now }: Pick<Of<"approval.approved">, "now">) => actor(now.requester)
const starter = ({ now }: Pick<Of<"run.started">, "now">) => actor(now.starter)
const asker = ({ before, event }: Of<"run.signoff-rejected">) => actor(before?.askers[event.data.approvalId])
const addressee = ({ now, event: { data } }: Of<"run.question-asked">) =>
  data.role === null ? actor(now.starter) : roles([data.role])
const notified = ({ event }: Of<"budget.warned" | "budget.exceeded">) => roles([...new Set(event.data.notify)])
const owner = ({ now }: Of<"subscription.disabled">) => actor(now.owner)

// When. What a run asks for is told with the run's own events where these say more.
const about =
  (...subjects: ReadonlyArray<string>) =>
  ({ now }: Pick<Of<"approval.requested">, "now">) =>
    subjects.includes(now.subject)
const not =
  (...subjects: ReadonlyArray<string>) =>
  ({ now }: Pick<Of<"approval.requested">, "now">) =>
    !subjects.includes(now.subject)
const dueAnew = ({ before, event }: Of<"approval.reminded">) => event.data.dueAt > (before?.remindedUntil ?? "")

// Until what. Of a run's keys each begins with the run's.
const decision = ({ id }: { readonly id: string }) => `approval/${id}`
const end = ({ id }: { readonly id: string }) => `run/${id}`
const answer = ({ id, event }: Of<"run.question-asked" | "run.question-answered">) =>
  `run/${id}/question/${event.data.id}`
const solution = ({ id, event }: Of<"run.blocker-raised" | "run.blocker-resolved">) =>
  `run/${id}/blocker/${event.data.id}`
const release = ({ id, event }: Of<"run.phase-blocked" | "run.phase-unblocked">) =>
  `run/${id}/phase/${event.data.phase}`
/** Roles that no other approver is needed of, after this one. */
const filled = ({ before, now }: Of<"approval.decision-recorded">) => {
  const wanted = rolesWanted(now)
  return before === undefined ? [] : rolesWanted(before).filter((role) => !wanted.includes(role))
}

// biome-ignore format: one line each, whatever its length
export const rules: ReadonlyArray<AnyRule> = [
  { name: "approval-requested", on: "approval.requested", if: not("checkpoint", "signoff"), tells: asked, until: decision, says: say.approvalWanted },
  { name: "checkpoint-waiting", on: "approval.requested", if: about("checkpoint"), tells: asked, until: decision, says: say.checkpointWaits },
  { name: "signoff-requested", on: "approval.requested", if: about("signoff"), tells: asked, until: decision, says: say.signoffWanted },
  { name: "approval-reminder", on: "approval.reminded", if: dueAnew, tells: awaited, until: decision, says: say.stillWanted },
  { name: "approval-escalated", on: "approval.escalated", tells: added, until: decision, says: say.escalated },
  { name: "approval-expired", on: "approval.expired", if: not("checkpoint"), tells: requester, says: say.nobodyDecided },
  { name: "approval-approved", on: "approval.approved", if: not("checkpoint"), tells: requester, says: say.approved },
  { name: "approval-rejected", on: "approval.rejected", if: not("checkpoint", "signoff"), tells: requester, says: say.rejected },
  { name: "checkpoint-confirmed", on: "run.checkpoint-confirmed", tells: starter, says: say.checkpointConfirmed },
  { name: "checkpoint-refused", on: "run.checkpoint-refused", tells: starter, says: say.checkpointRefused },
  { name: "signoff-rejected", on: "run.signoff-rejected", tells: asker, says: say.signoffRejected },
  { name: "question-asked", on: "run.question-asked", tells: addressee, until: answer, says: say.question },
  { name: "run-blocked", on: "run.blocker-raised", tells: starter, until: solution, says: say.runBlocked },
  { name: "run-blocked", on: "run.phase-blocked", tells: starter, until: release, says: say.phaseBlocked },
  { name: "run-failed", on: "run.failed", tells: starter, says: say.runFailed },
  { name: "run-completed", on: "run.completed", tells: starter, says: say.runCompleted },
  { name: "run-overdue", on: "run.overdue", tells: starter, says: say.runOverdue },
  { name: "budget-warned", on: "budget.warned", tells: notified, says: say.budgetNear },
  { name: "budget-exceeded", on: "budget.exceeded", tells: notified, says: say.budgetReached },
  { name: "subscription-disabled", on: "subscription.disabled", tells: owner, says: say.webhookDisabled }
]

/** What settles what, one line each. */
export const settlers: ReadonlyArray<AnySettler> = [
  { on: "approval.decision-recorded", settles: decision, of: filled },
  { on: "approval.approved", settles: decision },
  { on: "approval.rejected", settles: decision },
  { on: "approval.expired", settles: decision },
  { on: "approval.cancelled", settles: decision },
  { on: "run.question-answered", settles: answer },
  { on: "run.blocker-resolved", settles: solution },
  { on: "run.phase-unblocked", settles: release },
  { on: "run.completed", settles: end },
  { on: "run.failed", settles: end },
  { on: "run.cancelled", settles: end }
]

/** Where what a notification is about is read; of budgets there is no such place yet. */
const paths: Readonly<Record<string, string>> = {
  approval: "/v1/approvals",
  run: "/v1/runs",
  subscription: "/v1/subscriptions"
}
export const pathOf = (category: string, id: string): string | null =>
  paths[category] === undefined ? null : `${paths[category]}/${id}`
