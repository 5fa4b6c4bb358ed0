import { approvalReadModel } from "@sluice/approval/approval.read-model"
import { budgetReadModel } from "@sluice/budget"
import { inNewestShape } from "@sluice/contracts/event/event.registry"
import { preferenceReadModel } from "@sluice/preference/preference.read-model"
import type { ReadModel } from "@sluice/projection"
import { runReadModel } from "@sluice/run/run.read-model"
import { sessionReadModel } from "@sluice/session/session.read-model"
import { subscriptionReadModel } from "@sluice/subscription/subscription.read-model"
import { definitionReadModel } from "@sluice/workflow/definition.read-model"
import { workflowReadModel } from "@sluice/workflow/workflow.read-model"

/** Whose the audit is, and most of the others. */
export const projector = "projector"

interface Kept {
  /** The consumer that keeps it. */
  readonly consumer: string
  // biome-ignore lint/suspicious/noExplicitAny: each read model has a state of its own
  readonly model: ReadModel<any>
}

/** Every read model that is the fold of streams. Beside them there is the audit. */
export const readModels: ReadonlyArray<Kept> = [
  { consumer: projector, model: sessionReadModel }, // sluice.sessions
  { consumer: projector, model: approvalReadModel }, // sluice.approvals
  { consumer: projector, model: workflowReadModel }, // sluice.workflows
  { consumer: projector, model: definitionReadModel }, // sluice.definitions
  { consumer: projector, model: runReadModel }, // sluice.runs, sluice.phases
  { consumer: "notification", model: subscriptionReadModel }, // sluice.subscriptions
  { consumer: "notification", model: preferenceReadModel }, // sluice.preferences
  { consumer: "billing", model: budgetReadModel } // sluice.budgets
]

export const decode = inNewestShape
