import { BudgetExceeded } from "@sluice/contracts/budget/budget.errors"
import { Caller } from "@sluice/contracts/http/http.auth"
import { UpdateSession } from "@sluice/contracts/session/session.commands"
import { InvalidTransition, SessionEnded, SessionNotFound } from "@sluice/contracts/session/session.errors"
import { session, update, view } from "@sluice/session"
import { Effect, Result } from "effect"
import type { HttpServerRequest } from "effect/http"
import { blocksOn, NO_BLOCKS, NOTHING } from "../budgets/budgets.blocks.ts"
import { answered } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { inputOf, onFirst } from "../http/command.input.ts"
import { type CommandCall, runCommand } from "../http/command.run.ts"
import { StreamsMoved, untilStreamsFit } from "../http/command.streams.ts"

const updateBody = bodyOf(UpdateSession)

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: CommandCall<[], never, never, never>["headers"]
  readonly params: { readonly id: string }
}

/** Moves and changes a session. To become active takes that no budget forbids it: of the tenant, its role, itself, its task's run and phase. */
export const updateSession = Effect.fnUntraced(function* ({ request, headers, params: { id } }: Asked) {
  const { actor } = yield* Caller
  const notFound = () => new SessionNotFound({ sessionId: id })
  const stream = { category: session, id }
  const { sent, command } = yield* inputOf(updateBody(request), stream, notFound)
  const attempt = Effect.gen(function* () {
    const { blocks, fits } = command.status === "active" ? yield* blocksOf(id, command) : NO_BLOCKS
    return yield* runCommand({
      name: "session.update",
      ids: [id],
      sent,
      headers,
      notFound,
      refusals: [SessionNotFound, InvalidTransition, SessionEnded, BudgetExceeded, StreamsMoved],
      streams: [stream],
      decide: ([{ state }], { now }) =>
        fits(state) ? onFirst(update(state, command, { id, actor, now }, blocks)) : Result.fail(new StreamsMoved({}))
    })
  })
  const done = yield* untilStreamsFit(attempt)
  const [updated] = done.streams
  return answered({ body: view(id, updated.state), version: updated.version, creates: false, done })
})

/** By the task that it has, or is about to have. */
const blocksOf = (id: string, command: UpdateSession) =>
  blocksOn({ category: session, id }, (state) => {
    if (state.status === "none") return undefined
    const task = command.taskId === undefined ? state.taskId : command.taskId
    return { ...NOTHING, role: state.role, session: id, task: task?.toLowerCase() ?? null }
  })
