import type { WorkflowView } from "@sluice/contracts/workflow/workflow.views"
import type { WorkflowState } from "./workflow.state.ts"

/** The workflow as it is read. Of one that does not exist there is no view: asking for it is a defect and throws. */
export const view = (id: string, state: WorkflowState): WorkflowView => {
  const newest = state.status === "none" ? undefined : state.versions.at(-1)
  if (state.status === "none" || newest === undefined)
    throw new Error(`Workflow ${id} does not exist, so there is nothing to show`)
  const { name, description, version, versions, createdAt, updatedAt } = state
  return { name, description, version, digest: newest.digest, versions, createdAt, updatedAt }
}
