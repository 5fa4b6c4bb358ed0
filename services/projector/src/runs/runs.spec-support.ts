import { randomUUID } from "node:crypto"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { approvalId, subjectId, taskId } from "@sluice/contracts/run/run.ids"
import type { NewEvent } from "@sluice/projection/consumer.spec-support"

/** Events of runs as the deciders make them, for specs of what is read. */

export const newRun = (): { readonly id: string; readonly stream: string } => {
  const id = randomUUID()
  return { id, stream: `run-${id}` }
}

interface Plan {
  readonly title?: string
  readonly workflow?: string
  /** Each with two tasks `<id>1` and `<id>2`. */
  readonly phases: ReadonlyArray<string>
  /** Who has to say proceed after the first phase. */
  readonly roles?: ReadonlyArray<string>
}

export const started = (
  runId: string,
  { title = "A run", workflow = "plan", phases, roles = ["*"] }: Plan
): NewEvent => ({
  type: "run.started",
  data: {
    runId,
    workflow: { name: workflow, version: 1, digest: "d" },
    title,
    deadline: null,
    definition: {
      phases: phases.map(
        (id, index): JsonObject => ({
          id,
          name: `Phase ${id}`,
          transitions: phases.slice(index + 1, index + 2),
          terminal: index === phases.length - 1,
          doneDefinitions: [],
          gate: [],
          checkpoint:
            index === 0
              ? { required: [{ roles, count: 1 }], expiresAfter: null, remindEvery: null, escalation: null }
              : null,
          signoff: null,
          prompt: null,
          nextSteps: [],
          tasks: [1, 2].map((n) => ({ key: `${id}${n}`, title: `Task ${n}`, dependsOn: [], estimate: null }))
        })
      )
    }
  }
})

export const entered = (phase: string): NewEvent => ({
  type: "run.phase-started",
  data: { phase, visit: 1, reason: null }
})
export const task = (run: string, became: "started" | "completed", phase: string, key: string): NewEvent => ({
  type: `run.task-${became}`,
  data: {
    id: taskId(run, key),
    key,
    phase,
    ...(became === "completed" && { output: { decisions: [], risks: [], notes: [], artifacts: [] } })
  }
})
export const blocked = (phase: string): NewEvent => ({
  type: "run.phase-blocked",
  data: { phase, visit: 1, reason: "the vendor" }
})
export const skipped = (phase: string): NewEvent => ({
  type: "run.phase-skipped",
  data: { phase, visit: 1, reason: null }
})
export const checkpointOpened = (run: string, phase: string): NewEvent => ({
  type: "run.checkpoint-opened",
  data: { phase, visit: 1, approvalId: approvalId(run, "checkpoint", phase, 1, 1), attempt: 1 }
})
/** The approval that the run asks for, to be appended to a stream of its own. */
export const asked = (run: string, phase: string, roles: ReadonlyArray<string>) => ({
  stream: `approval-${approvalId(run, "checkpoint", phase, 1, 1)}`,
  subject: { type: "checkpoint", id: subjectId(run, phase, 1) },
  required: [{ roles: [...roles], count: 1 }]
})
