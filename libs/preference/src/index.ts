/**
 * How somebody wants to be told: pure, knows contracts only.
 *
 * commands  set, unsubscribe                           preference.decide
 * fold      state, evolve                              preference.state, preference.evolve
 * reading   view                                       preference.view
 * way in    preference                                 preference.stream
 * links     signUnsubscription, readUnsubscription     unsubscribe.token
 */
export { type PreferenceDecision, set, unsubscribe } from "./preference.decide.ts"
export type { PreferenceState } from "./preference.state.ts"
export { preference } from "./preference.stream.ts"
export { view } from "./preference.view.ts"
export { readUnsubscription, signUnsubscription, UNSUBSCRIBE, type Unsubscription } from "./unsubscribe.token.ts"
