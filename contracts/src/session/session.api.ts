import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { BudgetExceeded } from "../budget/budget.errors.ts"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, commandProblems, readProblems } from "../http/http.conventions.ts"
import { changing, creating, replayable, tracing, versioned } from "../http/http.headers.ts"
import { Filter, pageOf, paging } from "../http/http.lists.ts"
import { PathId } from "../http/http.paths.ts"
import { readYourWrite } from "../http/http.reads.ts"
import { problem } from "../http/problem.ts"
import { OpenSession, RecordUsage, UpdateSession } from "./session.commands.ts"
import { InvalidTransition, SessionEnded, SessionNotFound, UsageConflict } from "./session.errors.ts"
import { SessionStatus, SessionView } from "./session.views.ts"

/** Sessions over HTTP, and what each refusal means there. */

/** Usage as it was taken down. */
export const UsageView = Schema.Struct({
  sessionId: Schema.String,
  usageId: Schema.String,
  meter: Schema.String,
  quantity: Schema.Int,
  model: Schema.NullOr(Schema.String),
  at: Schema.String.annotate({ format: "date-time" })
}).annotate({ identifier: "Usage" })
export type UsageView = typeof UsageView.Type

const params = { id: PathId }
const Replayable = HttpApiSchema.WithHeaders(SessionView, replayable)
const Created = HttpApiSchema.WithHeaders(SessionView.pipe(HttpApiSchema.status(201)), replayable)

export class SessionApi extends HttpApiGroup.make("sessions")
  .add(
    HttpApiEndpoint.post("open", "/sessions", {
      headers: creating,
      payload: OpenSession,
      success: [Created, Replayable],
      error: commandProblems
    })
      .annotate(NeedsScope, ["sessions:write"])
      .annotate(OpenApi.Summary, "Open a session"),
    HttpApiEndpoint.get("list", "/sessions", {
      headers: tracing,
      query: { role: Schema.optionalKey(Filter), status: Schema.optionalKey(SessionStatus), ...paging },
      success: pageOf(SessionView, "SessionList")
    })
      .annotate(NeedsScope, ["sessions:read"])
      .annotate(OpenApi.Summary, "List sessions, newest first"),
    HttpApiEndpoint.get("read", "/sessions/:id", {
      params,
      headers: tracing,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(SessionView, versioned),
      error: [problem(SessionNotFound, 404), ...readProblems]
    })
      .annotate(NeedsScope, ["sessions:read"])
      .annotate(OpenApi.Summary, "Read a session"),
    HttpApiEndpoint.put("update", "/sessions/:id", {
      params,
      headers: changing,
      payload: UpdateSession,
      success: Replayable,
      error: [
        problem(SessionNotFound, 404),
        problem(InvalidTransition, 409),
        problem(SessionEnded, 409),
        problem(BudgetExceeded, 409),
        ...changeProblems
      ]
    })
      .annotate(NeedsScope, ["sessions:write"])
      .annotate(OpenApi.Summary, "Move a session's status, change its task or metadata"),
    HttpApiEndpoint.post("recordUsage", "/sessions/:id/usage", {
      params,
      headers: changing,
      payload: RecordUsage,
      success: [
        HttpApiSchema.WithHeaders(UsageView.pipe(HttpApiSchema.status(201)), replayable),
        HttpApiSchema.WithHeaders(UsageView, replayable)
      ],
      error: [problem(SessionNotFound, 404), problem(SessionEnded, 409), problem(UsageConflict, 409), ...changeProblems]
    })
      .annotate(NeedsScope, ["sessions:write"])
      .annotate(OpenApi.Summary, "Report usage; the same usageId again is the same usage")
  )
  .middleware(Auth)
  .prefix("/v1") {}
