/**
 * One runtime for every consumer (read `consumer.loop` first), and what operators do with it.
 *
 * loop      lease, sessions, status                consumer.loop
 * session   start, batches, releases               consumer.session, consumer.start, consumer.watch, consumer.delivery
 * batch     plan (pure), one transaction           consumer.batch, consumer.apply, consumer.checkpoint
 * log       pages, and a stream's versions         consumer.backfill
 * poison    careful mode, parking                  consumer.poison, consumer.parking, parked
 * rows      read models as folds of streams        read-model, read-model.fold, read-model.rows, read-model.parts
 * audit     a thin row per event                   read-model.audit
 * verify    rows and parts against the fold        verify, verify.fold, verify.page
 * rebuild   tables anew beside the old ones        rebuild, rebuild.target, .rows, .sections, .audit, .mark, .tables, .lease
 */
export type { Consumer, ConsumerSettings, Reaction } from "./consumer.definition.ts"
export { type ConsumerStatus, makeConsumer, type RunningConsumer } from "./consumer.loop.ts"
export { listParked, type ParkedKey, type ParkedStream, retryParked, skipParked } from "./parked.ts"
export { foldingReaction } from "./read-model.rows.ts"
export type { Part, Parts, ReadModel } from "./read-model.ts"
export { auditTarget } from "./rebuild.audit.ts"
export { rowsTarget } from "./rebuild.rows.ts"
export { type RebuildOptions, type RebuildReport, type RebuildStep, rebuild } from "./rebuild.ts"
export { type Drift, type VerifyReport, verifyReadModels } from "./verify.ts"
