import type { ServerResponse } from "node:http"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { tokenExpiry } from "@sluice/auth"
import type { FeedFilter } from "@sluice/contracts/feed/feed.filter"
import { Caller } from "@sluice/contracts/http/http.auth"
import type { DbError } from "@sluice/postgres"
import { type Cause, Clock, Deferred, Effect, Random } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Closing } from "../http/http.closing.ts"
import { orAway } from "../http/read.query.ts"
import { CurrentTrace } from "../http/trace.ts"
import { eventFrame, noticeFrame, retryFrame } from "./events.frame.ts"
import { LiveFeed } from "./events.live.ts"
import { sentEvents } from "./events.metrics.ts"
import { beyond } from "./events.page.ts"
import { type Ending, FeedReader } from "./events.reader.ts"

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: { readonly "last-event-id"?: string }
  readonly query: FeedFilter & { readonly after?: number }
}

/** Milliseconds after which a browser whose stream has ended comes back: between these two, so that not all of them come at once. */
const RETRY = [1_000, 5_000] as const
/** Events and bytes read at once of what was missed; the reader has to take them before there are more, so they wait in memory. */
const STRETCH = 500
const STRETCH_BYTES = 128 * 1024
/** Milliseconds that a read of what was missed may take, and before it is tried again. */
const PATIENCE = 5_000
const RETRY_READ = 200

const HEAD = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" }

/**
 * Server-sent events: what was missed since `Last-Event-ID` (or `after`), then what happens, until the client goes, the token
 * expires, the reader is too slow or the service stops. It writes to Node's response itself: how much waits there for a slow
 * reader is seen nowhere else.
 */
export const streamEvents = ({ request, headers, query: { after, ...filter } }: Asked) =>
  Effect.gen(function* () {
    const feed = yield* LiveFeed
    const { tenant } = yield* Caller
    const lastId = headers["last-event-id"]
    const start = lastId === undefined ? after : Number(lastId)
    const { horizon, last } = yield* orAway(start === undefined ? feed.end.reach : feed.end.look)
    if (start !== undefined && start > last)
      return yield* beyond(lastId === undefined ? "/query/after" : "/headers/last-event-id")
    if (request.method === "HEAD") return HttpServerResponse.empty({ status: 200, headers: HEAD })
    return yield* feed.admitted(
      Effect.gen(function* () {
        const response = NodeHttpServerRequest.toServerResponse(request) as ServerResponse
        const position = start ?? horizon
        response.writeHead(200, { ...HEAD, connection: "close", "x-trace-id": (yield* CurrentTrace).id })
        const retry = retryFrame(yield* Random.nextIntBetween(...RETRY))
        response.write(retry + noticeFrame("sluice.open", position, "Events behind lastEventId follow"))
        const reader = new FeedReader(response, { tenant, filter, position }, feed.bufferBytes)
        const expires = tokenExpiry((request.headers.authorization ?? "").replace(/^bearer\s+/i, ""))
        const ending = yield* feed
          .tended(reader, Effect.raceFirst(follow(reader), endOf(reader, expires)))
          .pipe(Effect.onError(() => Effect.sync(() => response.destroy())))
        reader.finish(ending)
        return HttpServerResponse.empty()
      })
    )
  })

const endOf = (reader: FeedReader, expires: number): Effect.Effect<Ending> =>
  Effect.gen(function* () {
    const left = expires - (yield* Clock.currentTimeMillis)
    const expired = Effect.as(Effect.sleep(Math.max(0, left)), "sluice.token-expired" as const)
    const stopped = Effect.as(yield* Closing, "sluice.shutdown" as const)
    return yield* Effect.raceAllFirst([Deferred.await(reader.ending), expired, stopped])
  })

/** Milliseconds between two lines about faults, which every reader would tell of at every attempt. */
const SAY_EVERY = 10_000
let lastSaid = Number.NEGATIVE_INFINITY
let unsaid = 0

/** While the database is away the reader waits and hears heartbeats; the tail says it once for all. */
const waitAndSee = (error: DbError | Cause.TimeoutError): Effect.Effect<void> => {
  const away = error._tag === "TimeoutError" || error.unavailable || error.contention
  return Effect.andThen(away ? Effect.void : sayNowAndThen(error), Effect.sleep(RETRY_READ))
}

const sayNowAndThen = ({ code, message }: DbError): Effect.Effect<void> => {
  unsaid += 1
  const now = performance.now()
  if (now - lastSaid < SAY_EVERY) return Effect.void
  const times = unsaid
  lastSaid = now
  unsaid = 0
  return Effect.logError("reading what was missed failed", { code, error: message, times })
}

/** Reads what was missed, no faster than it is taken, until the reader is level with the tail, which tells it the rest. */
const follow = (reader: FeedReader) =>
  Effect.gen(function* () {
    const feed = yield* LiveFeed
    let level = reader.position >= feed.end.known().horizon
    while (!(level && feed.join(reader))) {
      const { horizon } = feed.end.known()
      const { frames, readTo, full } = yield* missed(feed, reader, horizon)
      yield* reader.offer(frames, full ? readTo : horizon)
      level = !full
    }
    return yield* Effect.never
  })

/** The next stretch, put together so that nothing else of it is held while the reader takes its time. */
const missed = (feed: LiveFeed["Service"], { tenant, filter, position }: FeedReader, until: number) =>
  feed.read({ tenant, filter, after: position, until, limit: STRETCH, bytes: STRETCH_BYTES }).pipe(
    Effect.timeout(PATIENCE),
    Effect.tapError(waitAndSee),
    Effect.eventually,
    Effect.map(({ events, readTo, full }) => {
      sentEvents.inc(events.length)
      return { frames: Buffer.from(events.map(eventFrame).join("")), readTo, full }
    })
  )
