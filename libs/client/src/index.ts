export { createClient } from "./client.create.ts"
export {
  type FailedCall,
  isProblem,
  type ProblemDetails,
  type Refusal,
  SluiceProblem,
  SluiceUnreachable
} from "./client.errors.ts"
export type { Answer, CallOptions, ChangeOptions, ClientOptions, CommandOptions } from "./client.options.ts"
export type { BodyOf, Client, RequestOf } from "./client.types.ts"
export type { EventEnvelope, EventName, EventPattern, Matching, SluiceEvent } from "./event.types.ts"
export * as problems from "./problem.classes.ts"
export type { RetryPolicy, RetrySettings } from "./retry.policy.ts"
export {
  type Broker,
  type HandlingContext,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionProblem,
  SubscriptionRefused,
  type Verdict
} from "./subscription.options.ts"
export { subscribe } from "./subscription.subscribe.ts"
