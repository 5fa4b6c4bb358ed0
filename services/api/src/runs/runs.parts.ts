import { BlockerNotFound, PhaseNotFound, QuestionNotFound, TaskNotFound } from "@sluice/contracts/run/run.errors"
import type { RunState, StartedRun } from "@sluice/run"
import { findTask, phaseOf } from "@sluice/run/run.phases"

/** What of a run a path names, and under which parameter. */
export const PARAMETERS = { task: "key", phase: "phase", question: "note", blocker: "note" } as const
export type Part = keyof typeof PARAMETERS

type Missing = TaskNotFound | PhaseNotFound | QuestionNotFound | BlockerNotFound

const look: Readonly<Record<Part, (run: StartedRun, name: string) => Missing | undefined>> = {
  task: (run, task) => (findTask(run, task) === undefined ? new TaskNotFound({ task }) : undefined),
  phase: (run, phase) => (phaseOf(run, phase) === undefined ? new PhaseNotFound({ phase }) : undefined),
  question: (run, question) =>
    run.questions.some(({ id }) => id === question) ? undefined : new QuestionNotFound({ question }),
  blocker: (run, blocker) =>
    run.blockers.some(({ id }) => id === blocker) ? undefined : new BlockerNotFound({ blocker })
}

/** That a run does not have what the path names; undefined: it does. */
export const lacks =
  (part: Part, name: string) =>
  (run: RunState): Missing | undefined =>
    run.status === "none" ? undefined : look[part](run, name)
