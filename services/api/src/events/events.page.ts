import { hash } from "node:crypto"
import type { FeedFilter } from "@sluice/contracts/feed/feed.filter"
import { Caller } from "@sluice/contracts/http/http.auth"
import { BadRequest } from "@sluice/contracts/http/http.errors"
import { LIMIT_DEFAULT } from "@sluice/contracts/http/http.lists"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { orAway } from "../http/read.query.ts"
import { LiveFeed } from "./events.live.ts"

interface FeedQuery extends FeedFilter {
  readonly after?: number
  readonly limit?: number
}

/** A year: what a full page says will not change, and who may not see it any more has it already. */
const IMMUTABLE = "private, max-age=31536000, immutable"
/** What a page holds at most, and one event: whoever asks for many long ones must not fill the memory. */
const PAGE_BYTES = 2 * 1024 * 1024
/** To be asked for again each time; 304 where nothing has come. */
const GROWING = "private, no-cache"

/**
 * A page of the tenant's history, oldest first. What is known of the horizon is enough for a page in the past; only one that is
 * not full needs to know how far the log goes by now.
 */
export const listEvents = (query: FeedQuery, ifNoneMatch: string | undefined) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { end, read } = yield* LiveFeed
    const { after = 0, limit = LIMIT_DEFAULT, ...filter } = query
    const until = end.known().horizon
    const stretch = (horizon: number) =>
      orAway(read({ tenant, filter, after, until: horizon, limit, bytes: PAGE_BYTES }))
    let found = after < until ? yield* stretch(until) : undefined
    if (!found?.full) {
      const { horizon, last } = yield* orAway(end.reach)
      if (after > last) return yield* beyond("/query/after")
      found = found !== undefined && horizon === until ? found : yield* stretch(horizon)
    }
    const { events, readTo, full } = found
    const items = events.map(({ message }) => message).join(",")
    const body = `{"items":[${items}],"nextAfter":${readTo},"more":${full}}`
    const etag = `"${hash("sha256", body, "base64url")}"`
    const headers = { etag, "cache-control": full ? IMMUTABLE : GROWING, vary: "Authorization" }
    return names(ifNoneMatch, etag)
      ? HttpServerResponse.empty({ status: 304, headers })
      : HttpServerResponse.text(body, { contentType: "application/json", headers })
  })

/** No such position was ever given out: somebody else's, or the database has lost what came last. */
export const beyond = (pointer: string) =>
  Effect.fail(new BadRequest({ issues: [{ pointer, message: "is beyond the end of the log" }] }))

/** Whether `If-None-Match` (RFC 9110, 13.1.2; comparison is weak) names the tag. */
const names = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === "*" || ifNoneMatch.split(",").some((one) => one.trim().replace(/^W\//, "") === etag))
