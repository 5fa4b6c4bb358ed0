import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"

/**
 * A plan kept as a checklist in Markdown: `## Workstream A: Name (~2 days)`, below it the tasks `- [x] A1. Title (~4h)` with
 * their steps indented, and `- [ ] **CHECKPOINT A:** …` where somebody has to confirm. Everything else is prose.
 */

export interface ChecklistTask {
  readonly key: string
  readonly title: string
  /** As written, "~4h". */
  readonly estimate: string | undefined
  readonly steps: ReadonlyArray<string>
}
export interface Workstream {
  readonly id: string
  readonly name: string
  readonly estimate: string | undefined
  readonly tasks: ReadonlyArray<ChecklistTask>
  /** What is done at its checkpoint; undefined without one. */
  readonly checkpoint: ReadonlyArray<string> | undefined
}
export interface Checklist {
  readonly title: string
  readonly workstreams: ReadonlyArray<Workstream>
}

const HEADING = /^#{1,6}\s/
const TITLE = /^#\s+(.+)$/
const WORKSTREAM = /^##\s+workstream\s+([a-z0-9]+)\s*:\s*(.+)$/i
const BOX = /^(\s*)[-*]\s+\[[ x]\]\s+(.+)$/i
const CHECKPOINT = /^\**checkpoint\b/i
const TASK = /^([A-Z]+\d+[a-z]?)[.:)]?\s+(.+)$/
const ESTIMATE = /\(\s*(~[^)]+?)\s*\)/

interface Reading {
  readonly id: string
  readonly name: string
  readonly estimate: string | undefined
  readonly tasks: Array<ChecklistTask>
  checkpoint: Array<string> | undefined
}

/** Reads the checklist; a workstream that is called a checkpoint has one at its end, though it has no line of its own. */
export const readChecklist = (text: string): Checklist => {
  const workstreams: Array<Reading> = []
  let title = ""
  let current: Reading | undefined
  let steps: Array<string> = []
  for (const line of text.split(/\r?\n/)) {
    title ||= TITLE.exec(line)?.[1]?.trim() ?? ""
    if (HEADING.test(line)) {
      current = workstreamOf(line)
      if (current !== undefined) workstreams.push(current)
      continue
    }
    const [, indent = "", item = ""] = BOX.exec(line) ?? []
    if (current === undefined || item === "") continue
    if (indent !== "") {
      steps.push(item.replaceAll("**", ""))
      continue
    }
    steps = []
    const [, key, rest = ""] = TASK.exec(item) ?? []
    if (CHECKPOINT.test(item)) current.checkpoint = steps
    else if (key !== undefined) current.tasks.push({ key, ...namedIn(rest), steps })
  }
  return { title, workstreams }
}

const workstreamOf = (line: string): Reading | undefined => {
  const [, id, rest] = WORKSTREAM.exec(line) ?? []
  if (id === undefined || rest === undefined) return undefined
  const { title: name, estimate } = namedIn(rest)
  return { id, name, estimate, tasks: [], checkpoint: /checkpoint/i.test(name) ? [] : undefined }
}

/** What follows an estimate, a dash or a tick says how it went: no part of the name. */
const namedIn = (text: string): { readonly title: string; readonly estimate: string | undefined } => ({
  title: (text.split(/\s*\(\s*~|\s+[-–—]\s+|\s*[✅📋🔄⏳]/u)[0] as string).trim(),
  estimate: ESTIMATE.exec(text)?.[1]
})

/** The checklist as a workflow: a workstream is a phase. */
export const workflowOf = ({ title, workstreams }: Checklist): WorkflowDocument => ({
  name: (title.split(/\s+checklist\b|\s+[-–—]\s+/i)[0] as string).replaceAll("/", " "),
  description: title,
  phases: workstreams.map(({ id, name, estimate, tasks, checkpoint }, index) => ({
    id,
    name,
    ...(estimate !== undefined && { description: `Estimated: ${estimate}` }),
    order: index + 1,
    ...(checkpoint !== undefined && { checkpoint: true }),
    ...(checkpoint !== undefined && checkpoint.length > 0 && { nextSteps: checkpoint }),
    tasks: tasks.map(({ key, title, estimate }) => ({ key, title, ...(estimate !== undefined && { estimate }) }))
  }))
})
