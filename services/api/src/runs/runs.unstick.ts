import { Caller } from "@sluice/contracts/http/http.auth"
import { ResumeRun } from "@sluice/contracts/run/run.commands"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { phaseViews, run, unstick } from "@sluice/run"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { bodyOf } from "../http/body.decode.ts"
import { storeAway } from "../http/command.errors.ts"
import { approvalStream } from "./runs.approvals.ts"
import { answerOf, type RunCall } from "./runs.command.ts"

const body = bodyOf(ResumeRun, {})

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: RunCall<never>["headers"]
  readonly params: { readonly id: string }
}

/** `POST /v1/runs/{id}/unstick`: moves on what waits for something that will never come. */
export const unstickRun = ({ request, headers, params: { id } }: Asked) =>
  Effect.flatMap(lostApprovals(id), (lost) =>
    answerOf({
      name: "run.unstick",
      id,
      ids: [id],
      headers,
      body: body(request),
      decide: (state, _, context) => unstick(state, context, lost)
    })
  )

/** What the run waits for although it is final or was never asked. That it is so never changes again. */
const lostApprovals = Effect.fnUntraced(function* (id: string) {
  const bus = yield* CommandBus
  const { tenant } = yield* Caller
  const { state } = yield* bus.peek(tenant, { category: run, id }).pipe(Effect.catch(storeAway))
  const waiting = phaseViews(id, state).flatMap((phase) => phase.waiting.map(({ approvalId }) => approvalId))
  const lost: Array<string> = []
  for (const approvalId of waiting) {
    const approval = yield* bus.peek(tenant, approvalStream(approvalId)).pipe(Effect.catch(storeAway))
    if (approval.state.status !== "pending") lost.push(approvalId)
  }
  return lost
})
