import { foldingReaction } from "@sluice/projection/read-model.rows"
import { definitionReadModel } from "@sluice/workflow/definition.read-model"
import { workflowReadModel } from "@sluice/workflow/workflow.read-model"

/** "Which versions does this workflow have?": one row per workflow, the fold of its stream. */
export const workflows = foldingReaction(workflowReadModel)

/** "What does this version say?": one row per document, which never changes. */
export const definitions = foldingReaction(definitionReadModel)
