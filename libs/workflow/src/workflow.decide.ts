import type { RegisterWorkflow } from "@sluice/contracts/workflow/workflow.commands"
import type { DefinitionEvent, WorkflowEvent } from "@sluice/contracts/workflow/workflow.events"
import type { WorkflowVersionView } from "@sluice/contracts/workflow/workflow.views"
import type { DefinitionState } from "./definition.state.ts"
import type { WorkflowState } from "./workflow.state.ts"

/** What happens to the workflow and to the document, which are streams of their own and change in one command. */
export interface Registration {
  readonly workflow: ReadonlyArray<WorkflowEvent>
  readonly definition: ReadonlyArray<DefinitionEvent>
}

/** Adds a version, unless any version so far has the same content: then nothing happens, and that version stands for it. */
export const register = (
  workflow: WorkflowState,
  definition: DefinitionState,
  { document, digest }: RegisterWorkflow
): Registration => {
  if (versionOf(workflow, digest) !== undefined) return { workflow: [], definition: [] }
  const { name, description = null, phases } = document
  const tasks = phases.reduce((sum, phase) => sum + (phase.tasks?.length ?? 0), 0)
  const version = workflow.status === "none" ? 1 : workflow.version + 1
  return {
    workflow: [
      {
        type: "workflow.version-registered",
        data: { name, version, digest, description, phases: phases.length, tasks }
      }
    ],
    definition: definition.status === "none" ? [{ type: "definition.recorded", data: { digest, document } }] : []
  }
}

/** The version that has this content. */
export const versionOf = (workflow: WorkflowState, digest: string): (typeof WorkflowVersionView)["Type"] | undefined =>
  workflow.status === "none" ? undefined : workflow.versions.find((version) => version.digest === digest)
