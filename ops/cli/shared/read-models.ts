import { approvalReadModel } from "@sluice/approval/approval.read-model"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { decodeEvent } from "@sluice/contracts/event/event.registry"
import type { ReadModel } from "@sluice/projection"
import { runReadModel } from "@sluice/run/run.read-model"
import { sessionReadModel } from "@sluice/session/session.read-model"
import { definitionReadModel } from "@sluice/workflow/definition.read-model"
import { workflowReadModel } from "@sluice/workflow/workflow.read-model"

/** Whose they are. */
export const projector = "projector"

/** Every read model that is the fold of streams. Beside them there is the audit. */
// biome-ignore lint/suspicious/noExplicitAny: each read model has a state of its own
export const readModels: ReadonlyArray<ReadModel<any>> = [
  sessionReadModel, // sluice.sessions
  approvalReadModel, // sluice.approvals
  workflowReadModel, // sluice.workflows
  definitionReadModel, // sluice.definitions
  runReadModel // sluice.runs, sluice.phases
]

export const decode = (event: RecordedEvent): RecordedEvent => ({
  ...event,
  ...decodeEvent(event.type, event.schemaVersion, event.data)
})
