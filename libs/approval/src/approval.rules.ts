import type { Actor } from "@sluice/contracts/actor/actor"
import type { Requirement, SubjectType, Verdict } from "@sluice/contracts/approval/approval.events"
import { ANYBODY, outstanding } from "./approval.matching.ts"
import type { RequestedApproval } from "./approval.state.ts"

const REQUESTED_BY_SYSTEM: ReadonlyArray<SubjectType> = ["checkpoint", "signoff", "budget"]

/** Whether Sluice alone puts subjects of this type to approval. */
export const isSystemSubject = (type: SubjectType): boolean => REQUESTED_BY_SYSTEM.includes(type)

/** Unless the request says otherwise, nobody decides their own request; of checkpoints anybody decides. */
export const preventsSelfReview = (type: SubjectType): boolean => type !== "checkpoint"

/** One and the same: a token's subject is one person, of whatever kind the token says it is. Sluice itself is nobody else. */
export const samePerson = (one: Actor, other: Actor): boolean =>
  one.id === other.id && (one.kind === "system") === (other.kind === "system")

/** At `expiresAt` and after it nothing is decided any more, whether or not the timer has fired. `now` in epoch milliseconds. */
export const hasLapsed = (state: RequestedApproval, now: number): boolean =>
  state.expiresAt !== null && Date.parse(state.expiresAt) <= now

/** The required places; the roles that escalation adds fit every one of them. */
export const placesOf = (
  { required }: RequestedApproval,
  escalatedTo: ReadonlyArray<string>
): ReadonlyArray<Requirement> =>
  required.map(({ roles, count }) => ({ roles: [...new Set([...roles, ...escalatedTo])], count }))

/** The roles of which a person needs one in order to decide. */
export const decidingRoles = (state: RequestedApproval): ReadonlyArray<string> => [
  ...new Set(placesOf(state, state.escalatedTo).flatMap(({ roles }) => roles))
]

/** Whether a person holds one of the roles, as everybody does where anybody may. */
export const holdsOneOf = ({ roles: held }: Actor, roles: ReadonlyArray<string>): boolean =>
  roles.some((role) => role === ANYBODY || held.includes(role))

/** The newest verdict of a person. */
export const verdictOf = (state: RequestedApproval, actor: Actor): Verdict | undefined =>
  state.decisions.findLast((decision) => samePerson(decision.actor, actor))?.verdict

/** The roles, as held when deciding, of everybody whose newest verdict is to approve. */
export const approversOf = (state: RequestedApproval): ReadonlyArray<ReadonlyArray<string>> => {
  const newest = new Map(state.decisions.map((decision) => [decision.actor.id, decision]))
  return [...newest.values()].filter(({ verdict }) => verdict === "approve").map(({ actor }) => actor.roles)
}

/** What of the required places nobody has filled; empty exactly when the approval is approved. */
export const outstandingOf = (state: RequestedApproval): ReadonlyArray<Requirement> =>
  outstanding(placesOf(state, state.escalatedTo), approversOf(state))
