export { BrokerError } from "./broker-error.ts"
export {
  type DeclaredConsumer,
  type DeclaredStream,
  declaredConsumer,
  declaredStream,
  EVENTS,
  eventConsumers,
  type StreamLimits
} from "./declared.ts"
export { consumerInfo, ensureConsumer, recreateConsumer } from "./nats.consumers.ts"
export { Nats, type NatsOptions } from "./nats.service.ts"
export {
  ensureStream,
  messageAt,
  messageIdAt,
  type StoredMessage,
  type StreamState,
  streamState
} from "./nats.streams.ts"
export { type Publishable, PublishWindow } from "./publish-window.ts"
