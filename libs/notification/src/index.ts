/**
 * Notifications and what people do with them: pure, knows contracts and who an approval still needs.
 *
 * inbox     rules and settlers, one line each    inbox.rules, inbox.texts
 *           planInbox, what it remembers         inbox.plan, inbox.memory
 * commands  markRead, archive (one person's)     mark.decide
 * fold      state, evolve                        mark.state, mark.evolve
 * reading   asMarked                             mark.view
 * way in    mark                                 mark.stream
 */
export { archive, type MarkDecision, markRead } from "./mark.decide.ts"
export type { MarkState } from "./mark.state.ts"
export { mark } from "./mark.stream.ts"
export { asMarked } from "./mark.view.ts"
