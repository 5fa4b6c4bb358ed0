import { outstanding } from "@sluice/approval/approval.matching"
import type { Actor } from "@sluice/contracts/actor/actor"
import type { Requirement, SubjectType } from "@sluice/contracts/approval/approval.events"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import type { AnyEvent } from "@sluice/contracts/event/event.registry"
import { streamId } from "@sluice/contracts/event/event.stream-id"
import { parseSubjectId } from "@sluice/contracts/run/run.ids"

/**
 * The little of a stream that its later notifications need, folded from its events. What a skipped beginning would have said
 * is missing, and then nothing follows from the rest of the stream.
 */

/** `<kind>/<id>`; null: Sluice itself, whom nobody tells anything. */
export type Told = string | null
export const toldOf = ({ kind, id }: Actor): Told => (kind === "system" ? null : `${kind}/${id}`)

export interface ApprovalMemory {
  readonly subject: SubjectType
  /** In words, `checkpoint A of Spring`. */
  readonly about: string
  readonly reason: string | null
  readonly required: ReadonlyArray<Requirement>
  readonly requester: Told
  readonly escalatedTo: ReadonlyArray<string>
  /** The roles held by each person who has approved. */
  readonly approvers: Readonly<Record<string, ReadonlyArray<string>>>
  /** Of the newest decision. */
  readonly comment: string | null
  /** The newest due time that was reminded of. */
  readonly remindedUntil: string | null
}
export interface RunMemory {
  readonly title: string
  readonly starter: Told
  /** Who asked for the sign-offs that are undecided, by approval. */
  readonly askers: Readonly<Record<string, Told>>
}
export interface SubscriptionMemory {
  readonly name: string
  readonly owner: Told
}
export type Memory = ApprovalMemory | RunMemory | SubscriptionMemory

/** The memory of a type's streams; of a budget nothing needs to be kept. */
export type MemoryOf<T extends string> = T extends `approval.${string}`
  ? ApprovalMemory
  : T extends `run.${string}`
    ? RunMemory
    : T extends `subscription.${string}`
      ? SubscriptionMemory
      : undefined

export type Recorded<T extends AnyEvent["type"]> = RecordedEvent & Extract<AnyEvent, { readonly type: T }>

/** What an event adds to the memory of its stream. `runOf`: what is kept of a run. */
type Remember<T extends AnyEvent["type"]> = (
  event: Recorded<T>,
  before: MemoryOf<T> | undefined,
  runOf: (stream: string) => RunMemory | undefined
) => MemoryOf<T> | undefined
type Remembering = { readonly [T in AnyEvent["type"]]?: Remember<T> }

const known =
  <T extends AnyEvent["type"]>(add: (event: Recorded<T>, before: NonNullable<MemoryOf<T>>) => Partial<MemoryOf<T>>) =>
  (event: Recorded<T>, before: MemoryOf<T> | undefined): MemoryOf<T> | undefined =>
    before === undefined ? undefined : { ...before, ...add(event, before) }

/** The event types that are remembered, one line each where one suffices. */
export const remembering: Remembering = {
  "approval.requested": ({ data }, _, runOf) => ({
    subject: data.subject.type,
    about: aboutOf(data.subject, runOf),
    reason: data.reason,
    required: data.required,
    requester: toldOf(data.requestedBy),
    escalatedTo: [],
    approvers: {},
    comment: null,
    remindedUntil: null
  }),
  "approval.decision-recorded": known(({ data: { verdict, comment }, metadata: { actor } }, { approvers }) =>
    verdict === "approve" ? { comment, approvers: { ...approvers, [actor.id]: actor.roles } } : { comment }
  ),
  "approval.escalated": known(({ data }) => ({ escalatedTo: data.roles })),
  "approval.reminded": known(({ data }) => ({ remindedUntil: data.dueAt })),

  "run.started": ({ data, metadata }) => ({ title: data.title, starter: toldOf(metadata.actor), askers: {} }),
  "run.signoff-requested": known(({ data, metadata }, { askers }) => ({
    askers: { ...askers, [data.approvalId]: toldOf(metadata.actor) }
  })),
  "run.phase-signed-off": known(({ data }, run) => without(run, data.approvalId)),
  "run.signoff-rejected": known(({ data }, run) => without(run, data.approvalId)),
  "run.signoff-withdrawn": known(({ data }, run) => without(run, data.approvalId)),

  "subscription.created": ({ data, metadata }) => ({ name: data.name, owner: toldOf(metadata.actor) }),
  "subscription.updated": known(({ data: { name } }) => (name === undefined ? {} : { name }))
}

/** After these nothing follows from a stream any more, and what was kept of it is dropped. */
export const ENDS: ReadonlySet<string> = new Set<AnyEvent["type"]>([
  "approval.approved",
  "approval.rejected",
  "approval.expired",
  "approval.cancelled",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "subscription.deleted"
])

const without = ({ askers }: RunMemory, approvalId: string): Partial<RunMemory> => ({
  askers: Object.fromEntries(Object.entries(askers).filter(([asked]) => asked !== approvalId))
})

/** The run that asks for an approval, and the phase it is about. */
export const gateOf = ({ type, id }: { readonly type: SubjectType; readonly id: string }) => {
  const place = type === "checkpoint" || type === "signoff" ? parseSubjectId(id) : undefined
  return place === undefined ? undefined : { stream: streamId("run", place.runId), phase: place.phase }
}

/** A run that is not known (its stream is parked) has no title here; who must act is told all the same, and now. */
const aboutOf = (
  subject: { readonly type: SubjectType; readonly id: string },
  runOf: (stream: string) => RunMemory | undefined
): string => {
  const gate = gateOf(subject)
  if (gate === undefined) return `${subject.type} ${subject.id}`
  const what = subject.type === "checkpoint" ? `checkpoint ${gate.phase}` : `sign-off of phase ${gate.phase}`
  const title = runOf(gate.stream)?.title
  return title === undefined ? what : `${what} of ${title}`
}

/** The roles of which another approver would count; those that escalation added fit every place. */
export const rolesWanted = ({ required, escalatedTo, approvers }: ApprovalMemory): ReadonlyArray<string> =>
  rolesOf(
    outstanding(
      required.map(({ roles, count }) => ({ roles: [...roles, ...escalatedTo], count })),
      Object.values(approvers)
    )
  )

/** The roles of places; where anybody will do, that is `*` alone. */
export const rolesOf = (required: ReadonlyArray<Requirement>): ReadonlyArray<string> => [
  ...new Set(required.flatMap(({ roles }) => (roles.includes("*") ? ["*"] : roles)))
]
