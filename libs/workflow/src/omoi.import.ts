import type { InputIssue } from "@sluice/contracts/input/input.errors"
import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { WorkflowInvalid } from "@sluice/contracts/workflow/workflow.errors"
import { Result, Schema } from "effect"
import { misfits, placed } from "./document.faults.ts"
import { understand } from "./document.read.ts"
import { pathOf, pointerOf } from "./document.source.ts"
import { readYaml } from "./document.yaml.ts"
import { OMOI_NAMES, OmoiPhase, OmoiWorkflow } from "./omoi.document.ts"

const decode = Schema.decodeUnknownResult(OmoiWorkflow, { errors: "all" })

export interface Imported {
  readonly document: WorkflowDocument
  /** Fields that nothing here stands for, as pointers into the file without indexes: `board_columns`, `phases/color`. */
  readonly notCarried: ReadonlyArray<string>
  /** Phases that are no phases here: a phase is blocked and unblocked where it is. */
  readonly overlays: ReadonlyArray<string>
}

/**
 * The workflow in a file of the neighbouring shape (YAML), or everything that is wrong with it, at the file's own names and
 * lines. A phase that one enters from anywhere and leaves to where one was is the overlay `blocked` here, and is left out
 * together with the transitions to it.
 */
export const importOmoi = (text: string): Result.Result<Imported, WorkflowInvalid> => {
  const source = readYaml(text)
  const refused = (issues: ReadonlyArray<InputIssue>) =>
    Result.fail(new WorkflowInvalid({ issues: placed(text, source, issues) }))
  if (source.faults.length > 0) return refused([])
  const read = decode(source.value)
  if (Result.isFailure(read)) return refused(misfits(read.failure.issue))
  const { phases } = read.success
  const overlays = phases.filter(isOverlay).map(({ id }) => id)
  const kept = [...phases.keys()].filter((index) => !isOverlay(phases[index] as OmoiPhase))
  const { document, issues } = understand(documentOf(read.success, new Set(overlays)))
  if (document === undefined || issues.length > 0)
    return refused(issues.map((issue) => ({ ...issue, pointer: originOf(issue.pointer, kept, phases, overlays) })))
  return Result.succeed({ document, notCarried: notCarried(source.value), overlays })
}

/** Blocked by name, or both an end and not one. */
const isOverlay = ({ id, is_terminal = false, allowed_transitions = [] }: OmoiPhase): boolean =>
  /^(phase_)?blocked$/i.test(id) || (is_terminal && allowed_transitions.length > 0)

const documentOf = (workflow: OmoiWorkflow, overlays: ReadonlySet<string>): object => ({
  name: workflow.name,
  ...given("description", workflow.description),
  ...given("resultCriteria", workflow.result_criteria),
  phases: workflow.phases.filter((phase) => !overlays.has(phase.id)).map((phase) => phaseOf(phase, overlays))
})

const phaseOf = (phase: OmoiPhase, overlays: ReadonlySet<string>): object => ({
  id: phase.id,
  name: phase.name,
  ...given("description", phase.description),
  order: phase.sequence_order,
  ...given(
    "transitions",
    phase.allowed_transitions?.filter((id) => !overlays.has(id))
  ),
  ...given("terminal", phase.is_terminal),
  ...given("doneDefinitions", phase.done_definitions),
  ...given(
    "expectedOutputs",
    phase.expected_outputs?.map(({ type, pattern, required, validation_rule }) => ({
      type,
      pattern,
      ...given("required", required),
      ...given("validation", validation_rule)
    }))
  ),
  ...given("prompt", phase.phase_prompt),
  ...given("nextSteps", phase.next_steps_guide)
})

const given = (name: string, value: unknown): object => (value === undefined || value === null ? {} : { [name]: value })

/** Where in the file a part of the document comes from. */
const originOf = (
  pointer: string,
  kept: ReadonlyArray<number>,
  phases: ReadonlyArray<OmoiPhase>,
  overlays: ReadonlyArray<string>
): string => {
  const [first, index, field, place, ...rest] = pathOf(pointer).map((name) => OMOI_NAMES[name] ?? name)
  if (first === undefined) return ""
  if (index === undefined) return pointerOf([first])
  const phase = kept[Number(index)] as number
  const begin = [first, phase, ...(field === undefined ? [] : [field])]
  if (place === undefined) return pointerOf(begin)
  const carried = (phases[phase]?.allowed_transitions ?? []).flatMap((id, at) => (overlays.includes(id) ? [] : [at]))
  return pointerOf([...begin, field === OMOI_NAMES.transitions ? (carried[Number(place)] as number) : place, ...rest])
}

/** The fields of the file that `OmoiWorkflow` does not know. */
const notCarried = (value: unknown): ReadonlyArray<string> => {
  const { phases, ...own } = value as { readonly phases: ReadonlyArray<object> }
  const known = new Set(Object.keys(OmoiWorkflow.fields))
  const ofPhases = phases.flatMap(Object.keys).filter((name) => !(name in PHASE_FIELDS))
  return [...Object.keys(own).filter((name) => !known.has(name)), ...new Set(ofPhases.map((name) => `phases/${name}`))]
}

const PHASE_FIELDS: object = OmoiPhase.fields
