import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { Overloaded } from "../http/http.errors.ts"
import { tracing } from "../http/http.headers.ts"
import { LIMIT_DEFAULT } from "../http/http.lists.ts"
import { problem } from "../http/problem.ts"
import { filtering } from "./feed.filter.ts"
import { FeedMessage, FeedPage } from "./feed.views.ts"

export const FEED_LIMIT_MAXIMUM = 1000

const after = Schema.optionalKey(
  Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
    description: "A position: events behind it"
  })
)

const caching = {
  etag: Schema.String,
  "cache-control": Schema.String.annotate({ description: "A full page is immutable" }),
  vary: Schema.Literal("Authorization")
}

/** Every event of the tenant, from the first one on: page by page, and as it happens. */
export class FeedApi extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.get("list", "/events", {
      headers: {
        ...tracing,
        "if-none-match": Schema.optionalKey(
          Schema.String.annotate({
            description: "The ETag of a page that the caller still has: 304 where it is unchanged"
          })
        )
      },
      query: {
        after,
        ...filtering,
        limit: Schema.optionalKey(
          Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: FEED_LIMIT_MAXIMUM })).annotate({
            description: `Events per page; ${LIMIT_DEFAULT} unless told. A page of long ones is full with fewer`
          })
        )
      },
      success: [
        HttpApiSchema.WithHeaders(FeedPage, caching),
        HttpApiSchema.WithHeaders(HttpApiSchema.Empty(304), caching)
      ]
    })
      .annotate(NeedsScope, ["events:read"])
      .annotate(OpenApi.Summary, "What happened, oldest first, as CloudEvents"),
    HttpApiEndpoint.get("stream", "/events/stream", {
      headers: {
        ...tracing,
        "last-event-id": Schema.optionalKey(
          Schema.String.check(
            Schema.isPattern(/^(0|[1-9]\d{0,14})$/, { message: "must be the id of a message of this stream" })
          ).annotate({ description: "Where to go on; without it and `after`: from now on" })
        )
      },
      query: { after, ...filtering },
      success: HttpApiSchema.StreamSse({ events: FeedMessage }),
      error: [problem(Overloaded, 503)]
    })
      .annotate(NeedsScope, ["events:read"])
      .annotate(OpenApi.Summary, "The same as it happens: server-sent events, what was missed first")
  )
  .middleware(Auth)
  .prefix("/v1") {}
