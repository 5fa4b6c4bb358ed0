import { budget, budgetInput, create, update, view } from "@sluice/budget"
import { Api } from "@sluice/contracts/api"
import { BudgetNotFound } from "@sluice/contracts/budget/budget.errors"
import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { answered } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { inputOf, onFirst } from "../http/command.input.ts"
import { runCommand, runCreation } from "../http/command.run.ts"
import * as budgetQueries from "./budgets.queries.ts"

const createBody = bodyOf(budgetInput.create)
const updateBody = bodyOf(budgetInput.update)

/** `/v1/budgets`: each handler says what the command is, whom it is about and how its answer looks. */
export const budgetHandlers = HttpApiBuilder.group(Api, "budgets", (handlers) =>
  handlers
    .handleRaw(
      "create",
      Effect.fnUntraced(function* ({ request, headers }) {
        const { actor } = yield* Caller
        const { sent, command } = yield* createBody(request)
        const id = freshId()
        const done = yield* runCreation({
          name: "budget.create",
          ids: [],
          sent,
          headers,
          refusals: [],
          streams: [{ category: budget, id, isNew: true }],
          decide: ([{ state }], { now }) => onFirst(create(state, command, { id, actor, now }))
        })
        const [made] = done.streams
        const body = view(made.id, made.state)
        return answered({ body, version: made.version, location: `/v1/budgets/${made.id}`, creates: true, done })
      })
    )
    .handleRaw("list", budgetQueries.list)
    .handleRaw("read", budgetQueries.read)
    .handleRaw(
      "update",
      Effect.fnUntraced(function* ({ request, headers, params: { id } }) {
        const { actor } = yield* Caller
        const notFound = () => new BudgetNotFound({ budgetId: id })
        const stream = { category: budget, id }
        const { sent, command } = yield* inputOf(updateBody(request), stream, notFound)
        const done = yield* runCommand({
          name: "budget.update",
          ids: [id],
          sent,
          headers,
          notFound,
          refusals: [BudgetNotFound],
          streams: [stream],
          decide: ([{ state }], { now }) => onFirst(update(state, command, { id, actor, now }))
        })
        const [updated] = done.streams
        return answered({ body: view(id, updated.state), version: updated.version, creates: false, done })
      })
    )
)
