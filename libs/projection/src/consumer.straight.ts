import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Postgres } from "@sluice/postgres"
import { Cause, Effect, Exit, Fiber } from "effect"
import type { Work } from "./consumer.apply.ts"
import type { Writer } from "./consumer.checkpoint.ts"
import { type Consumer, heardCategories } from "./consumer.definition.ts"
import { isAborted, react } from "./consumer.errors.ts"

/**
 * The straight way through a batch of new events: one call finds that it is what the log holds next and takes the checkpoint
 * on, then the reactions run side by side, so that the database works on one while we still fold for another. No reaction
 * ever sees an event before that call has found it new. Fails with `DbError` of code SL002 where the batch is not that simple; nothing has happened then.
 */
export const applyStraight = (
  writer: Writer,
  consumer: Consumer,
  { reached }: Work,
  events: ReadonlyArray<RecordedEvent>
) =>
  Postgres.use((pg) => {
    const advance = pg.query(
      (sql) => sql`
        select sluice.consumer_advance(${writer.lease}, ${writer.epoch}, ${writer.consumer}, ${heardCategories(consumer)},
          ${events.map(({ position }) => position)}, ${events.map(({ eventId }) => eventId)},
          ${events.map(({ version }) => version)},
          ${reached?.incarnation ?? null}, ${reached?.streamCreated ?? null}, ${reached?.sequence ?? null})`
    )
    const reactions = consumer.reactions.map((reaction) => react(reaction, events))
    return pg.transaction(
      Effect.gen(function* () {
        yield* advance
        // Started at once and in order, before anything else that waits; none is left running when we are interrupted, and
        // none is interrupted because another failed: a cancel request could hit the rollback.
        const fibers = yield* Effect.forEach(reactions, (reaction) =>
          Effect.forkChild(reaction, { startImmediately: true })
        )
        const exits = yield* Effect.forEach(fibers, Fiber.await).pipe(Effect.ensuring(Fiber.interruptAll(fibers)))
        const failures = exits.filter(Exit.isFailure)
        const first = failures.find(({ cause }) => !isAborted(Cause.squash(cause))) ?? failures[0]
        if (first !== undefined) return yield* Effect.failCause(first.cause)
      })
    )
  })
