import { v5 } from "uuid"

/** Ids derived (UUIDv5) from a run's own id. */

/** Of a task: what a session's `taskId` names. */
export const taskId = (runId: string, key: string): string => v5(`task/${key}`, runId)

/** Of the approval that a run asks for; `attempt` counts from 1 within a visit. */
export const approvalId = (
  runId: string,
  kind: "checkpoint" | "signoff",
  phase: string,
  visit: number,
  attempt: number
): string => v5(`${kind}/${phase}/${visit}/${attempt}`, runId)

/** What such an approval is about, as its subject's id says it: `<run>/<phase>/<visit>`. */
export const subjectId = (runId: string, phase: string, visit: number): string => `${runId}/${phase}/${visit}`

/** The run, phase and visit that a subject's id names; undefined for an id that names none. */
export const parseSubjectId = (subject: string): { runId: string; phase: string; visit: number } | undefined => {
  const match = /^([0-9a-f-]{36})\/([^/]+)\/(\d+)$/.exec(subject)
  return match === null ? undefined : { runId: match[1] as string, phase: match[2] as string, visit: Number(match[3]) }
}
