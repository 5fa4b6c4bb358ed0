import { RaceLost } from "@sluice/contracts/http/http.errors"
import { Effect, Schema } from "effect"

/**
 * A command names its streams before it is decided. Where which they are follows from the state of one of them, they are
 * chosen by the state as it is known here, and the decision refuses with this when the bus saw another one.
 */
export class StreamsMoved extends Schema.TaggedError<StreamsMoved>()("StreamsMoved", {}) {}

const ATTEMPTS = 10

/** Chooses the streams anew until they fit; nothing has been done by an attempt that did not. */
export const untilStreamsFit = <A, E, R>(attempt: Effect.Effect<A, E | StreamsMoved, R>) =>
  attempt.pipe(
    Effect.retry({ times: ATTEMPTS, while: (error) => error instanceof StreamsMoved }),
    Effect.catchIf(
      (error): error is Extract<E | StreamsMoved, StreamsMoved> => error instanceof StreamsMoved,
      () => Effect.fail(new RaceLost({}))
    )
  ) as Effect.Effect<A, Exclude<E, StreamsMoved> | RaceLost, R>
