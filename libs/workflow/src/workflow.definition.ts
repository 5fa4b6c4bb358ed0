import type {
  AskingDefinition,
  PhaseDefinition,
  WorkflowDefinition
} from "@sluice/contracts/workflow/workflow.definition"
import type { PhaseDocument, WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { byOrder, isTerminal, nextOf } from "./workflow.graph.ts"

/** What a run goes by: the phases of a document by order, with everything filled in that it leaves out. */
export const definitionOf = (document: WorkflowDocument): WorkflowDefinition => {
  const phases = byOrder(document.phases)
  return { phases: phases.map((phase, place) => phaseOf(phase, phases, place)) }
}

const phaseOf = (phase: PhaseDocument, phases: ReadonlyArray<PhaseDocument>, place: number): PhaseDefinition => ({
  id: phase.id,
  name: phase.name,
  transitions: nextOf(phases, place),
  terminal: isTerminal(phases, place),
  doneDefinitions: phase.doneDefinitions ?? [],
  gate: phase.gate ?? [],
  checkpoint: checkpointOf(phase.checkpoint),
  signoff: phase.signoff === undefined ? null : asking(phase.signoff),
  prompt: phase.prompt ?? null,
  nextSteps: phase.nextSteps ?? [],
  tasks: (phase.tasks ?? []).map(({ key, title, dependsOn = [], estimate = null }) => ({
    key,
    title,
    dependsOn,
    estimate
  }))
})

const ANYBODY: AskingDefinition = {
  required: [{ roles: ["*"], count: 1 }],
  expiresAfter: null,
  remindEvery: null,
  escalation: null
}

const checkpointOf = (checkpoint: PhaseDocument["checkpoint"] = false): AskingDefinition | null =>
  typeof checkpoint === "boolean" ? (checkpoint ? ANYBODY : null) : asking(checkpoint)

const asking = (asked: NonNullable<PhaseDocument["signoff"]>): AskingDefinition => ({
  required: asked.required,
  expiresAfter: asked.expiresAfter ?? null,
  remindEvery: asked.remindEvery ?? null,
  escalation: asked.escalation ?? null
})
