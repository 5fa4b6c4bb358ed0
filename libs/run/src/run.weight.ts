import type { RunState, StartedRun, Visit } from "./run.state.ts"

/** About how many kibibytes a run takes in memory: an estimate per task and phase, and texts by their length. */
export const weigh = (state: RunState): number => (state.status === "none" ? 1 : kibibytes(state))

const TASK = 0.4
const PHASE = 1
const NOTE = 1

const kibibytes = ({ phases, questions, blockers, milestones }: StartedRun): number =>
  phases.reduce((sum, { prompt, visits }) => {
    const texts = (prompt?.length ?? 0) / 1024
    return sum + PHASE + texts + visits.reduce((weight, visit) => weight + ofVisit(visit), 0)
  }, 1) +
  (questions.length + blockers.length + milestones.length) * NOTE

/** Attributes of evidence have sixteen kibibytes at most; most have next to none. */
const ofVisit = ({ tasks, evidence, gaps }: Visit): number =>
  tasks.length * TASK +
  gaps.length * 0.3 +
  evidence.reduce((sum, { attributes }) => sum + 0.5 + JSON.stringify(attributes).length / 1024, 0)
