import { Effect } from "effect"
import type { HttpServerResponse } from "effect/http"
import { makeAnswering } from "./answer.ts"
import { serveQueue } from "./queue.loop.ts"
import { QUEUE_SETTINGS, type QueueSettings } from "./queue.session.ts"
import { REQUEST_LIMITS, type RequestLimits, serveRequests } from "./requests.door.ts"

export interface DoorSettings {
  readonly requests?: Partial<RequestLimits>
  readonly queue?: Partial<QueueSettings>
}

/**
 * Serves an app over NATS: commands as requests, and those left in the queue. Begins as soon as the broker is there, and ends with
 * the scope, when what is in hand is done.
 */
export const serveNats = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  { requests, queue }: DoorSettings = {}
) =>
  Effect.gen(function* () {
    const answering = yield* makeAnswering(app)
    yield* Effect.forkScoped(
      Effect.scoped(Effect.andThen(serveRequests(answering, { ...REQUEST_LIMITS, ...requests }), Effect.never))
    )
    yield* Effect.forkScoped(
      Effect.scoped(Effect.andThen(serveQueue(answering, { ...QUEUE_SETTINGS, ...queue }), Effect.never))
    )
  })
