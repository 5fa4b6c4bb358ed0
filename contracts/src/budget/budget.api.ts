import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, commandProblems, readProblems } from "../http/http.conventions.ts"
import { changing, creating, replayable, tracing, versioned } from "../http/http.headers.ts"
import { pageOf, paging } from "../http/http.lists.ts"
import { PathId } from "../http/http.paths.ts"
import { readYourWrite } from "../http/http.reads.ts"
import { problem } from "../http/problem.ts"
import { CreateBudget, UpdateBudget } from "./budget.commands.ts"
import { BudgetNotFound } from "./budget.errors.ts"
import { BudgetStanding, BudgetView } from "./budget.views.ts"

/** Budgets over HTTP, and what each refusal means there. */

const params = { id: PathId }
const notFound = problem(BudgetNotFound, 404)
const Replayable = HttpApiSchema.WithHeaders(BudgetView, replayable)

export class BudgetApi extends HttpApiGroup.make("budgets")
  .add(
    HttpApiEndpoint.post("create", "/budgets", {
      headers: creating,
      payload: CreateBudget,
      success: [HttpApiSchema.WithHeaders(BudgetView.pipe(HttpApiSchema.status(201)), replayable), Replayable],
      error: commandProblems
    })
      .annotate(NeedsScope, ["billing:admin"])
      .annotate(OpenApi.Summary, "Set a budget"),
    HttpApiEndpoint.get("list", "/budgets", {
      headers: tracing,
      query: { active: Schema.optionalKey(Schema.Literals(["true", "false"])), ...paging },
      success: pageOf(BudgetStanding, "BudgetList")
    })
      .annotate(NeedsScope, ["billing:read"])
      .annotate(OpenApi.Summary, "List budgets and how much of them is spent, newest first"),
    HttpApiEndpoint.get("read", "/budgets/:id", {
      params,
      headers: tracing,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(BudgetStanding, versioned),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, ["billing:read"])
      .annotate(OpenApi.Summary, "Read a budget and how much of it is spent"),
    HttpApiEndpoint.patch("update", "/budgets/:id", {
      params,
      headers: changing,
      payload: UpdateBudget,
      success: Replayable,
      error: [notFound, ...changeProblems]
    })
      .annotate(NeedsScope, ["billing:admin"])
      .annotate(OpenApi.Summary, "Change a budget, or put it out of force")
  )
  .middleware(Auth)
  .prefix("/v1") {}
