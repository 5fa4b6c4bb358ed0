import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems } from "../http/http.conventions.ts"
import { changing, replayable, tracing } from "../http/http.headers.ts"
import { pageOf, paging } from "../http/http.lists.ts"
import { PathId } from "../http/http.paths.ts"
import { problem } from "../http/problem.ts"
import { NotificationNotFound } from "./notification.errors.ts"
import { NotificationCounts, NotificationState, NotificationView } from "./notification.views.ts"

/** One's own inbox over HTTP: what is for one's roles, and for oneself. */

const params = { id: PathId }
const scope = ["notifications:read"] as const
const Replayable = HttpApiSchema.WithHeaders(NotificationView, replayable)
const notFound = problem(NotificationNotFound, 404)

export class NotificationApi extends HttpApiGroup.make("notifications")
  .add(
    HttpApiEndpoint.get("list", "/notifications", {
      headers: tracing,
      query: {
        state: Schema.optionalKey(NotificationState.annotate({ description: "Unless told: all but archived" })),
        needsAction: Schema.optionalKey(
          Schema.Literals(["true", "false"]).annotate({ description: "Somebody must act yet, or not" })
        ),
        ...paging
      },
      success: pageOf(NotificationView, "NotificationList")
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "List one's notifications, newest first"),
    HttpApiEndpoint.get("counts", "/notifications/counts", { headers: tracing, success: NotificationCounts })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Count one's notifications: unread, and in want of an action"),
    HttpApiEndpoint.get("read", "/notifications/:id", {
      params,
      headers: tracing,
      success: NotificationView,
      error: [notFound]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Read a notification"),
    HttpApiEndpoint.post("markRead", "/notifications/:id/read", {
      params,
      headers: changing,
      success: Replayable,
      error: [notFound, ...changeProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Mark a notification as read, for oneself"),
    HttpApiEndpoint.post("archive", "/notifications/:id/archive", {
      params,
      headers: changing,
      success: Replayable,
      error: [notFound, ...changeProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Put a notification away, for oneself")
  )
  .middleware(Auth)
  .prefix("/v1") {}
