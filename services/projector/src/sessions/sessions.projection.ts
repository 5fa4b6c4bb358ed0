import { foldingReaction } from "@sluice/projection/read-model.rows"
import { sessionReadModel } from "@sluice/session/session.read-model"

/** "How does this session stand?": one row per session, the fold of its stream. */
export const sessions = foldingReaction(sessionReadModel)
