import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { ApprovalState, FinalApproval, PendingApproval } from "./approval.state.ts"

/**
 * The state after one more fact. Total: nothing but `approval.requested` begins an approval, and nothing changes one that
 * has its final status, whatever facts follow; they only count in its version.
 */
export const evolve = (state: ApprovalState, fact: Fact<ApprovalEvent>): ApprovalState => {
  if (state.status === "none") return fact.type === "approval.requested" ? requested(fact) : state
  const seen = { ...state, version: fact.version }
  if (seen.status !== "pending") return seen
  switch (fact.type) {
    case "approval.decision-recorded": {
      const { verdict, comment } = fact.data
      const decision = { actor: fact.actor, verdict, comment, at: fact.recordedAt }
      return { ...seen, decisions: [...seen.decisions, decision] }
    }
    case "approval.approved":
      return final(seen, "approved", fact)
    case "approval.rejected":
      return final(seen, "rejected", fact)
    case "approval.cancelled":
      return final(seen, "cancelled", fact)
    case "approval.expired":
      return { ...final(seen, "expired", fact), decidedBy: null }
    case "approval.escalated":
      return { ...seen, escalatedTo: fact.data.roles }
    case "approval.reminded":
      return { ...seen, remindedUntil: fact.data.dueAt }
    default:
      fact satisfies Fact<Extract<ApprovalEvent, { type: "approval.requested" }>>
      return seen
  }
}

const requested = (fact: Fact<Extract<ApprovalEvent, { type: "approval.requested" }>>): PendingApproval => ({
  status: "pending",
  ...fact.data,
  decisions: [],
  escalatedTo: [],
  remindedUntil: null,
  version: fact.version,
  createdAt: fact.recordedAt
})

const final = (state: PendingApproval, status: FinalApproval["status"], fact: Fact<ApprovalEvent>): FinalApproval => ({
  ...state,
  status,
  decidedAt: fact.recordedAt,
  decidedBy: fact.actor
})
