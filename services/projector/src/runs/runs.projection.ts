import { foldingReaction } from "@sluice/projection/read-model.rows"
import { runReadModel } from "@sluice/run/run.read-model"

/**
 * "How does this run stand?": one row per run, the fold of its stream. And "which phases are under way, and whom do they wait
 * for?": one row per phase of every run, derived from the same state and written where it changes.
 */
export const runs = foldingReaction(runReadModel)
