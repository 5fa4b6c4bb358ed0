/**
 * Runs: pure, knows contracts and the deciders of approvals.
 *
 * commands  start, pause, resume, cancel, fail, unstick             run.decide
 *           markOverdue (of a timer)
 *           tasks: add, start, complete, fail, defer, move, reopen  run.decide.tasks
 *           phases: evidence, validate, sign-off, transition, block run.decide.phases
 *           questions, blockers, decisions, milestones              run.decide.notes
 *           checkpoint, decision, withdrawal, expiry of approvals   run.approvals, run.gaps
 * steps     a decision in the making; going from phase to phase;    run.act, run.move
 *           what follows by itself                                  run.settle
 * rules     status, progress, what may start, what stops            run.rules
 *           whether a gate lets pass                                run.gate
 * fold      state, evolve                                           run.state, run.evolve, run.evolve.visits, run.phases
 * reading   run, phases, brief, timeline, context                   run.view, run.phase-views, run.brief, run.timeline, run.context
 * timers    the deadline that a run calls for                       run.due
 * way in    run                                                     run.stream, run.read-model, run.weight
 */
export type { ApprovalEffect, GateChange, RunChange, RunContext, RunDecision, RunRefusal } from "./run.act.ts"
export {
  type ApprovalContext,
  answerCheckpoint,
  approvalEvents,
  cancelApproval,
  decideApproval,
  escalateApproval,
  expireApproval,
  type GateDecision
} from "./run.approvals.ts"
export { brief } from "./run.brief.ts"
export { contextBefore, type LoggedOutput } from "./run.context.ts"
export {
  answerQuestion,
  askQuestion,
  raiseBlocker,
  reachMilestone,
  recordDecision,
  resolveBlocker
} from "./run.decide.notes.ts"
export { block, recordEvidence, requestSignoff, skip, transition, unblock, validateGate } from "./run.decide.phases.ts"
export {
  addTask,
  completeTask,
  deferTask,
  failTask,
  moveTask,
  reopenTask,
  startTask
} from "./run.decide.tasks.ts"
export { cancel, fail, markOverdue, pause, resume, start, unstick } from "./run.decide.ts"
export { phaseDetails, phaseViews } from "./run.phase-views.ts"
export type { RunState, StartedRun } from "./run.state.ts"
export { run } from "./run.stream.ts"
export { type LoggedEvent, timelineEntry } from "./run.timeline.ts"
export { view } from "./run.view.ts"
