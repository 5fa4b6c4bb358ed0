/**
 * One runtime for every consumer (read `consumer.loop` first), and what operators do with it.
 *
 * loop      lease, sessions, status                consumer.loop
 * session   start, batches, releases               consumer.session, consumer.start, consumer.watch, consumer.delivery
 * batch     plan (pure), one transaction           consumer.batch, consumer.apply, consumer.checkpoint
 * log       pages, and a stream's versions         consumer.backfill
 * poison    careful mode, parking                  consumer.poison, consumer.parking, parked
 * rows      read models as folds of streams        read-model, read-model.rows
 * verify    rows against the fold                  verify, verify.fold, verify.page
 */
export type { Consumer, ConsumerSettings, Reaction } from "./consumer.definition.ts"
export { type ConsumerStatus, makeConsumer, type RunningConsumer } from "./consumer.loop.ts"
export { listParked, type ParkedKey, type ParkedStream, retryParked, skipParked } from "./parked.ts"
export { foldingReaction } from "./read-model.rows.ts"
export type { ReadModel } from "./read-model.ts"
export { type Drift, type VerifyReport, verifyReadModels } from "./verify.ts"
