import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { WorkflowEvent } from "@sluice/contracts/workflow/workflow.events"
import type { WorkflowState } from "./workflow.state.ts"

/** The state after one more fact, which adds a version. */
export const evolve = (state: WorkflowState, fact: Fact<WorkflowEvent>): WorkflowState => {
  const { name, version, digest, description, phases, tasks } = fact.data
  const added = { version, digest, phases, tasks, createdAt: fact.recordedAt }
  const before = state.status === "none" ? { name, versions: [], createdAt: fact.recordedAt } : state
  return {
    status: "registered",
    name: before.name,
    description,
    versions: [...before.versions, added],
    version: fact.version,
    createdAt: before.createdAt,
    updatedAt: fact.recordedAt
  }
}
