import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { DbError, type Postgres } from "@sluice/postgres"
import { Cause, Effect, Option, Schema } from "effect"
import type { Reaction } from "./consumer.definition.ts"

/** A reaction could not apply some of these events; the transaction was rolled back. */
export class ReactionFailed extends Schema.TaggedError<ReactionFailed>()("ReactionFailed", {
  reaction: Schema.String,
  message: Schema.String
}) {}

/**
 * Broker, checkpoint and event log contradict each other: the database was restored or lost commits in a failover.
 * Going on would build rows from events that never were, so the consumer stops; `message` says what to do.
 */
export class HistoryLost extends Schema.TaggedError<HistoryLost>()("HistoryLost", { message: Schema.String }) {}

/** The log holds events before the end of the work that the work lacks: they come first (`readLog`). */
export class EventsMissing extends Schema.TaggedError<EventsMissing>()("EventsMissing", { message: Schema.String }) {}

/** This way of reading ended, for a reason that a new session from the checkpoint overcomes. */
export class SessionEnded extends Schema.TaggedError<SessionEnded>()("SessionEnded", { message: Schema.String }) {}

/** Failures of the surroundings are nobody's poison: the server is away, the transaction lost a race, the lease is gone. */
const isSurroundings = (error: unknown): error is DbError =>
  error instanceof DbError && (error.unavailable || error.contention || error.code === "SL001" || isAborted(error))

/** A statement that failed only because another one of its transaction had failed before. */
export const isAborted = (error: unknown): boolean => error instanceof DbError && error.code === "25P02"

/** The batch is not as simple as it seemed: plan it (`consumer_advance`). */
export const isNotStraight = (error: unknown): boolean => error instanceof DbError && error.code === "SL002"

/** Lets a reaction apply events. It fails with `ReactionFailed`, also where it throws; what is not the events' fault stays what it is. */
export const react = (
  reaction: Reaction,
  events: ReadonlyArray<RecordedEvent>
): Effect.Effect<unknown, ReactionFailed | DbError, Postgres> =>
  Effect.suspend(() => reaction.apply(events)).pipe(
    Effect.catchCause((cause): Effect.Effect<never, ReactionFailed | DbError> => {
      if (Cause.hasInterrupts(cause)) return Effect.failCause(cause as Cause.Cause<never>)
      const error = Cause.squash(cause)
      if (isSurroundings(error)) return Effect.fail(error)
      return Effect.fail(
        new ReactionFailed({ reaction: reaction.name, message: `${reaction.name}: ${describe(error)}` })
      )
    })
  )

/** Fit for a text column: bounded, without the one character that Postgres refuses. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed().slice(0, 10_240)

export const describe = (error: unknown): string => storable(error instanceof Error ? error.message : String(error))

export const reactionFailedIn = (cause: Cause.Cause<unknown>): ReactionFailed | undefined => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return error instanceof ReactionFailed ? error : undefined
}
