/**
 * Approvals: pure, knows contracts only.
 *
 * commands  request, decide, cancel               approval.decide
 *           expire, escalate, remind (of timers)  approval.timers
 * rules     who may, when, who counts             approval.rules
 *           which approver fills which place      approval.matching
 * fold      state, evolve                         approval.state, approval.evolve
 * reading   view                                  approval.view
 * timers    timersOf                              approval.due
 * way in    approval                              approval.stream
 */
export {
  type ApprovalDecision,
  type CancelContext,
  cancel,
  decide,
  type RequestContext,
  request
} from "./approval.decide.ts"
export { ANYBODY } from "./approval.matching.ts"
export { decidingRoles, holdsOneOf, isSystemSubject, samePerson } from "./approval.rules.ts"
export { type ApprovalState, initial as initialApproval, type RequestedApproval } from "./approval.state.ts"
export { approval } from "./approval.stream.ts"
export { escalate, expire, remind } from "./approval.timers.ts"
export { view } from "./approval.view.ts"
