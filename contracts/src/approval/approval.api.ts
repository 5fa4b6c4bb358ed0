import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, commandProblems, readProblems } from "../http/http.conventions.ts"
import { changing, creating, replayable, tracing, versioned } from "../http/http.headers.ts"
import { Filter, pageOf, paging } from "../http/http.lists.ts"
import { withOptionalBody } from "../http/http.openapi.ts"
import { PathId } from "../http/http.paths.ts"
import { readYourWrite } from "../http/http.reads.ts"
import { problem } from "../http/problem.ts"
import { SessionNotFound } from "../session/session.errors.ts"
import { CancelApproval, DecideApproval, RequestApproval } from "./approval.commands.ts"
import * as Refusal from "./approval.errors.ts"
import { SubjectType } from "./approval.events.ts"
import { ApprovalStatus, ApprovalView } from "./approval.views.ts"

/** Approvals over HTTP, and what each refusal means there. */

const params = { id: PathId }
const Replayable = HttpApiSchema.WithHeaders(ApprovalView, replayable)
const Created = HttpApiSchema.WithHeaders(ApprovalView.pipe(HttpApiSchema.status(201)), replayable)
const notFound = problem(Refusal.ApprovalNotFound, 404)
const decided = problem(Refusal.AlreadyDecided, 409)

export class ApprovalApi extends HttpApiGroup.make("approvals")
  .add(
    HttpApiEndpoint.post("request", "/approvals", {
      headers: creating,
      payload: RequestApproval,
      success: [Created, Replayable],
      error: [
        problem(SessionNotFound, 404),
        problem(Refusal.SystemSubject, 403),
        problem(Refusal.ApprovalExists, 409),
        ...commandProblems
      ]
    })
      .annotate(NeedsScope, ["approvals:write"])
      .annotate(OpenApi.Summary, "Put a question to roles"),
    HttpApiEndpoint.get("list", "/approvals", {
      headers: tracing,
      query: {
        status: Schema.optionalKey(ApprovalStatus),
        role: Schema.optionalKey(Filter.annotate({ description: "One of the required roles" })),
        subjectType: Schema.optionalKey(SubjectType),
        subjectId: Schema.optionalKey(Filter),
        awaiting: Schema.optionalKey(
          Schema.Literal("me").annotate({ description: "Pending ones that the caller may decide" })
        ),
        ...paging
      },
      success: pageOf(ApprovalView, "ApprovalList")
    })
      .annotate(NeedsScope, ["approvals:read"])
      .annotate(OpenApi.Summary, "List approvals, newest first"),
    HttpApiEndpoint.get("read", "/approvals/:id", {
      params,
      headers: tracing,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(ApprovalView, versioned),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, ["approvals:read"])
      .annotate(OpenApi.Summary, "Read an approval"),
    HttpApiEndpoint.post("decide", "/approvals/:id/decisions", {
      params,
      headers: changing,
      payload: DecideApproval,
      success: Replayable,
      error: [
        notFound,
        problem(Refusal.ContentHashRequired, 422),
        problem(Refusal.SelfReviewForbidden, 403),
        problem(Refusal.NotAllowedToDecide, 403),
        decided,
        problem(Refusal.ContentChanged, 409),
        problem(Refusal.ApprovalLapsed, 409),
        ...changeProblems
      ]
    })
      .annotate(NeedsScope, ["approvals:decide"])
      .annotate(OpenApi.Summary, "Approve or reject, holding a required role"),
    HttpApiEndpoint.post("cancel", "/approvals/:id/cancel", {
      params,
      headers: changing,
      payload: CancelApproval,
      success: Replayable,
      error: [notFound, problem(Refusal.NotYourApproval, 403), decided, ...changeProblems]
    })
      .annotate(NeedsScope, ["approvals:write", "approvals:admin"])
      .annotate(OpenApi.Summary, "Withdraw the question: one's own, or any with approvals:admin")
      .annotate(OpenApi.Transform, withOptionalBody)
  )
  .middleware(Auth)
  .prefix("/v1") {}
