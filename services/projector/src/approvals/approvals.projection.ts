import { approvalReadModel } from "@sluice/approval/approval.read-model"
import { foldingReaction } from "@sluice/projection/read-model.rows"

/** "How does this approval stand, and whom does it wait for?": one row per approval, the fold of its stream. */
export const approvals = foldingReaction(approvalReadModel)
