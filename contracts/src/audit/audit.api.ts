import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { tracing } from "../http/http.headers.ts"
import { Filter, pageOf, paging } from "../http/http.lists.ts"
import { TimestampInput } from "../time/time.timestamp.ts"
import { AuditEntry } from "./audit.views.ts"

/** The audit over HTTP: every event of the tenant. */
export class AuditApi extends HttpApiGroup.make("audit")
  .add(
    HttpApiEndpoint.get("list", "/audit", {
      headers: tracing,
      query: {
        correlationId: Schema.optionalKey(
          Filter.annotate({ description: "As events and X-Trace-Id show it, with or without hyphens" })
        ),
        actor: Schema.optionalKey(Filter.annotate({ description: "The actor's id" })),
        subject: Schema.optionalKey(Filter.annotate({ description: "A stream, for example session-0197…" })),
        from: Schema.optionalKey(TimestampInput),
        to: Schema.optionalKey(TimestampInput),
        ...paging
      },
      success: pageOf(AuditEntry, "AuditList")
    })
      .annotate(NeedsScope, ["audit:read"])
      .annotate(OpenApi.Summary, "What happened, newest first")
  )
  .middleware(Auth)
  .prefix("/v1") {}
