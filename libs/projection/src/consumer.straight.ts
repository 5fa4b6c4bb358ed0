import { Postgres } from "@sluice/postgres"
import { Cause, Effect, Exit } from "effect"
import type { Work } from "./consumer.apply.ts"
import type { StraightBatch } from "./consumer.batch.ts"
import type { Writer } from "./consumer.checkpoint.ts"
import type { Consumer } from "./consumer.definition.ts"
import { isAborted, reactionFailure } from "./consumer.errors.ts"

/**
 * The straight way through a batch of new events: everything is sent at once and the database works while we still fold.
 * Fails with `DbError` of code SL002 where the batch is not that simple after all; nothing has happened then.
 */
export const applyStraight = (writer: Writer, consumer: Consumer, { reached }: Work, batch: StraightBatch) =>
  Postgres.use((pg) => {
    const { events, streams } = batch
    const advance = pg.query(
      (sql) => sql`
        select sluice.consumer_advance(${writer.lease}, ${writer.epoch}, ${writer.consumer},
          ${streams.map(({ tenant }) => tenant)}, ${streams.map(({ streamId }) => streamId)},
          ${streams.map(({ before }) => before)}, ${streams.map(({ after }) => after)},
          ${events.map(({ position }) => position)}, ${events.map(({ eventId }) => eventId)},
          ${reached?.incarnation ?? null}, ${reached?.streamCreated ?? null}, ${reached?.sequence ?? null})`
    )
    const reactions = consumer.reactions.map((reaction) =>
      Effect.catchCause(reaction.apply(events), (cause) => Effect.failCause(reactionFailure(reaction.name, cause)))
    )
    return pg.transaction(
      Effect.gen(function* () {
        // None is interrupted because another failed: a cancel request could hit the rollback.
        const exits = yield* Effect.all([advance, ...reactions].map(Effect.exit), { concurrency: "unbounded" })
        const failures = exits.filter(Exit.isFailure)
        const first = failures.find(({ cause }) => !isAborted(Cause.squash(cause))) ?? failures[0]
        if (first !== undefined) return yield* Effect.failCause(first.cause)
      })
    )
  })
