/**
 * Webhook subscriptions: pure, knows contracts only.
 *
 * commands  create, update, remove, rotateSecret, requestTest, redeliver, redeliverDead; disable (the system's)   subscription.decide
 * rules     which types a pattern means               subscription.patterns
 *           where an endpoint may lead                endpoint.rules
 *           bodies held to both                       subscription.input
 * fold      state, evolve                             subscription.state, subscription.evolve
 * reading   view, rows                                subscription.view, subscription.read-model
 * matching  who gets which events, by the log alone   subscription.spans, delivery.plan
 * secrets   secretContext, whose one is               subscription.secret
 * way in    subscription                              subscription.stream
 */
export { addressFault, type EndpointRules, endpointIssues } from "./endpoint.rules.ts"
export {
  create,
  disable,
  redeliver,
  redeliverDead,
  remove,
  requestTest,
  rotateSecret,
  type SecretContext,
  type SubscriptionDecision,
  update
} from "./subscription.decide.ts"
export { subscriptionInput } from "./subscription.input.ts"
export { patternFault, patternIssues, patternMatches } from "./subscription.patterns.ts"
export { subscriptionReadModel } from "./subscription.read-model.ts"
export { secretContext } from "./subscription.secret.ts"
export type { CreatedSubscription, LiveSubscription, SubscriptionState } from "./subscription.state.ts"
export { subscription } from "./subscription.stream.ts"
export { view } from "./subscription.view.ts"
