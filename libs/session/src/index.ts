/**
 * Sessions: pure, knows contracts only.
 *
 * commands  open, update, recordUsage, expire     session.decide
 * rules     edges, ended, usage                   session.rules
 * fold      state, evolve, active time            session.state, session.evolve
 * reading   view                                  session.view
 * timers    timersOf                              session.due
 * way in    session, usageKey                     session.stream
 */
export { expire, open, recordUsage, type SessionDecision, update } from "./session.decide.ts"
export { activeMillisAt } from "./session.evolve.ts"
export { hasEnded, mayMove, takesUsage } from "./session.rules.ts"
export type { OpenedSession, SessionState } from "./session.state.ts"
export { session, usageKey } from "./session.stream.ts"
export { view } from "./session.view.ts"
