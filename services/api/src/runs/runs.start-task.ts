import { StartTask } from "@sluice/contracts/run/run.commands"
import { startTask as decideStart, run } from "@sluice/run"
import { findTask } from "@sluice/run/run.phases"
import type { HttpServerRequest } from "effect/http"
import { blocksOn, NOTHING } from "../budgets/budgets.blocks.ts"
import { bodyOf } from "../http/body.decode.ts"
import { answerOf, type RunCall } from "./runs.command.ts"
import { lacks } from "./runs.parts.ts"

const startBody = bodyOf(StartTask, {})

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: RunCall<never>["headers"]
  readonly params: { readonly id: string; readonly key: string }
}

/** Starts a task, unless a budget forbids it: one of the tenant, of the run, or of the phase that the task is in. */
export const startTask = ({ request, headers, params: { id, key } }: Asked) =>
  answerOf({
    name: "run.start-task",
    id,
    ids: [id, key],
    headers,
    body: startBody(request),
    blocks: blocksOn({ category: run, id }, (state) => {
      const found = state.status === "none" ? undefined : findTask(state, key)
      return found === undefined ? undefined : { ...NOTHING, run: id, phase: `${id}/${found.phase.id}` }
    }),
    decide: (state, _, context, blocks) => decideStart(state, key, { blocks }, context),
    lacks: lacks("task", key)
  })
