import type { Json } from "@sluice/contracts/event/event.envelope"
import type { GateResult } from "@sluice/contracts/run/run.events"
import type { GateRequirement } from "@sluice/contracts/workflow/workflow.document"
import { hasEnded } from "./run.phases.ts"
import type { Phase, Visit } from "./run.state.ts"

export interface GateAnswer {
  readonly result: GateResult
  /** What of the requirements does not hold, in words. */
  readonly missing: ReadonlyArray<string>
}

/** Whether the gate of a phase lets a visit pass. Missing evidence wins over tasks that have not ended. */
export const validate = (phase: Pick<Phase, "gate" | "doneDefinitions">, visit: Visit): GateAnswer => {
  if (phase.gate.length === 0) return { result: "not_configured", missing: [] }
  const tasks: Array<string> = []
  const evidence: Array<string> = []
  for (const requirement of phase.gate)
    (requirement.type === "tasks-complete" ? tasks : evidence).push(...lacks(requirement, phase, visit))
  const missing = [...evidence, ...tasks]
  if (evidence.length > 0) return { result: "blocked", missing }
  return tasks.length > 0 ? { result: "waiting_tasks", missing } : { result: "ready", missing: [] }
}

const lacks = (
  requirement: GateRequirement,
  phase: Pick<Phase, "doneDefinitions">,
  visit: Visit
): ReadonlyArray<string> => {
  switch (requirement.type) {
    case "tasks-complete":
      return visit.tasks.filter((task) => !hasEnded(task)).map(({ key }) => `task ${key}`)
    case "artifact":
      return artifactLacks(requirement, visit)
    case "metric": {
      const { name, min } = requirement
      const value = newestAttribute(visit, name)
      return typeof value === "number" && value >= min
        ? []
        : [`metric ${name} of at least ${min}${value === undefined ? "" : ` (is ${JSON.stringify(value)})`}`]
    }
    case "flag":
      return newestAttribute(visit, requirement.name) === true ? [] : [`flag ${requirement.name}`]
    case "done-definitions": {
      const ticked = new Set(visit.evidence.map(({ attributes }) => attributes.done))
      return phase.doneDefinitions.filter((text) => !ticked.has(text)).map((text) => `done: ${text}`)
    }
  }
}

/** One piece of evidence has to be all that is asked for; of several the one that lacks least is named. */
const artifactLacks = (
  { kind, sections = [], minLength }: Extract<GateRequirement, { type: "artifact" }>,
  visit: Visit
): ReadonlyArray<string> => {
  const found = visit.evidence.filter((one) => one.kind === kind)
  if (found.length === 0) return [`artifact ${kind}`]
  const faults = found.map(({ attributes }) => {
    const given: ReadonlyArray<Json> = Array.isArray(attributes.sections) ? attributes.sections : []
    const length = attributes.length
    return [
      ...sections
        .filter((section) => !given.includes(section))
        .map((section) => `section ${section} of artifact ${kind}`),
      ...(minLength === undefined || (typeof length === "number" && length >= minLength)
        ? []
        : [`length ${minLength} of artifact ${kind}`])
    ]
  })
  return faults.reduce((least, other) => (other.length <= least.length ? other : least))
}

/** From the newest evidence that carries the attribute; evidence that is updated counts as new. */
const newestAttribute = (visit: Visit, name: string): Json | undefined =>
  visit.evidence.findLast(({ attributes }) => Object.hasOwn(attributes, name))?.attributes[name] as Json | undefined
