import type { PhaseDocument, WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import type { DocumentIssue, WorkflowInvalid } from "@sluice/contracts/workflow/workflow.errors"
import { Result } from "effect"

/** The words of this noun's specs. */

export const phase = (id: string, order: number, rest: Partial<PhaseDocument> = {}): PhaseDocument => ({
  id,
  name: id,
  order,
  ...rest
})

export const workflowOf = (...phases: ReadonlyArray<PhaseDocument>): WorkflowDocument => ({ name: "w", phases })

/** `line:column pointer message` of every fault; a good document has none. */
export const faultsOf = (read: Result.Result<unknown, WorkflowInvalid>): ReadonlyArray<string> =>
  Result.isSuccess(read) ? [] : read.failure.issues.map(told)

const told = ({ line, column, pointer, message }: DocumentIssue): string => `${line}:${column} ${pointer} ${message}`

/** Milliseconds of this process's own work, so that nobody else's load counts. */
export const workOf = (run: () => unknown): number => {
  const before = process.cpuUsage()
  run()
  return process.cpuUsage(before).user / 1000
}
