import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import { outstandingOf } from "./approval.rules.ts"
import type { ApprovalState } from "./approval.state.ts"

/** The approval as it is read. Of one that does not exist there is no view: asking for it is a defect and throws. */
export const view = (id: string, state: ApprovalState): ApprovalView => {
  if (state.status === "none") throw new Error(`Approval ${id} does not exist, so there is nothing to show`)
  return {
    id,
    subject: state.subject,
    status: state.status,
    required: state.required,
    outstanding: outstandingOf(state),
    preventSelfReview: state.preventSelfReview,
    reason: state.reason,
    links: state.links,
    contentHash: state.contentHash,
    requestedBy: state.requestedBy,
    decisions: state.decisions,
    expiresAt: state.expiresAt,
    version: state.version,
    createdAt: state.createdAt,
    decidedAt: state.status === "pending" ? null : state.decidedAt
  }
}
