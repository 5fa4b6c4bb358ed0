import { approval, cancel, decide, request as requestApproval, view } from "@sluice/approval"
import { Api } from "@sluice/contracts/api"
import { CancelApproval, DecideApproval, RequestApproval } from "@sluice/contracts/approval/approval.commands"
import * as Refusal from "@sluice/contracts/approval/approval.errors"
import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import { SessionNotFound } from "@sluice/contracts/session/session.errors"
import { cancelApproval, decideApproval } from "@sluice/run"
import { session } from "@sluice/session"
import { Effect, Result } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { answered } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { exists, inputOf, onFirst } from "../http/command.input.ts"
import { runCommand, runCreation } from "../http/command.run.ts"
import { StreamsMoved, untilStreamsFit } from "../http/command.streams.ts"
import { approvalStream, gateOf, onGate } from "../runs/runs.approvals.ts"
import { mayCancel } from "./approvals.policy.ts"
import { listApprovals, readApproval } from "./approvals.queries.ts"

const requestBody = bodyOf(RequestApproval)
const decideBody = bodyOf(DecideApproval)
const cancelBody = bodyOf(CancelApproval, {})

/** `/v1/approvals`: each handler says what the command is, whom it is about and how its answer looks. */
export const approvalHandlers = HttpApiBuilder.group(Api, "approvals", (handlers) =>
  handlers
    .handleRaw(
      "request",
      Effect.fnUntraced(function* ({ request, headers }) {
        const { actor } = yield* Caller
        const { sent, command } = yield* requestBody(request)
        const { subject } = command
        const subjectExists =
          subject.type !== "session" || (yield* exists({ category: session, id: subject.id.toLowerCase() }))
        const id = freshId()
        const done = yield* runCreation({
          name: "approval.request",
          ids: [],
          sent,
          headers,
          refusals: [SessionNotFound, Refusal.SystemSubject, Refusal.ApprovalExists],
          streams: [{ category: approval, id, isNew: true }],
          decide: ([{ state }], { now }) => onFirst(requestApproval(state, command, { id, actor, now, subjectExists }))
        })
        const [made] = done.streams
        const body = view(made.id, made.state)
        return answered({ body, version: made.version, location: `/v1/approvals/${made.id}`, creates: true, done })
      })
    )
    .handleRaw(
      "decide",
      Effect.fnUntraced(function* ({ request, headers, params: { id } }) {
        const { actor } = yield* Caller
        const notFound = () => new Refusal.ApprovalNotFound({ approvalId: id })
        const { sent, command } = yield* inputOf(decideBody(request), approvalStream(id), notFound)
        const attempt = Effect.gen(function* () {
          const gate = yield* gateOf(id)
          return yield* runCommand({
            name: "approval.decide",
            ids: [id],
            sent,
            headers,
            notFound,
            refusals: [
              Refusal.ApprovalNotFound,
              Refusal.ContentHashRequired,
              Refusal.SelfReviewForbidden,
              Refusal.NotAllowedToDecide,
              Refusal.AlreadyDecided,
              Refusal.ContentChanged,
              Refusal.ApprovalLapsed,
              StreamsMoved
            ],
            streams: gate.streams,
            decide: ([{ state }, owner], { now }) => {
              if (!gate.fits(state)) return Result.fail(new StreamsMoved({}))
              return owner === undefined
                ? onFirst(decide(state, command, { id, actor, now }))
                : onGate(decideApproval(owner.state, state, command, gate.contextAt(now)))
            }
          })
        })
        const done = yield* untilStreamsFit(attempt)
        const [decided] = done.streams
        return answered({ body: view(id, decided.state), version: decided.version, creates: false, done })
      })
    )
    .handleRaw(
      "cancel",
      Effect.fnUntraced(function* ({ request, headers, params: { id } }) {
        const caller = yield* Caller
        const notFound = () => new Refusal.ApprovalNotFound({ approvalId: id })
        const { sent, command } = yield* inputOf(cancelBody(request), approvalStream(id), notFound)
        const allowed = { mayCancel: mayCancel(caller) }
        const attempt = Effect.gen(function* () {
          const gate = yield* gateOf(id)
          return yield* runCommand({
            name: "approval.cancel",
            ids: [id],
            sent,
            headers,
            notFound,
            refusals: [Refusal.ApprovalNotFound, Refusal.NotYourApproval, Refusal.AlreadyDecided, StreamsMoved],
            streams: gate.streams,
            decide: ([{ state }, owner], { now }) => {
              if (!gate.fits(state)) return Result.fail(new StreamsMoved({}))
              return owner === undefined
                ? onFirst(cancel(state, command, { id, actor: caller.actor, now, ...allowed }))
                : onGate(cancelApproval(owner.state, state, command, { ...gate.contextAt(now), ...allowed }))
            }
          })
        })
        const done = yield* untilStreamsFit(attempt)
        const [cancelled] = done.streams
        return answered({ body: view(id, cancelled.state), version: cancelled.version, creates: false, done })
      })
    )
    .handleRaw("read", ({ params, query }) => readApproval(params.id, query))
    .handleRaw("list", ({ query }) => listApprovals(query))
)
