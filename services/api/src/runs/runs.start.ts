import type { Json } from "@sluice/contracts/event/event.envelope"
import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import type { StartRun } from "@sluice/contracts/run/run.commands"
import { WorkflowNotFound } from "@sluice/contracts/workflow/workflow.errors"
import { definitionId, workflowId } from "@sluice/contracts/workflow/workflow.ids"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { run, start, view } from "@sluice/run"
import { definition, definitionOf, type WorkflowState, workflow } from "@sluice/workflow"
import { Effect, Result } from "effect"
import { answered } from "../http/answers.ts"
import type { Body } from "../http/body.decode.ts"
import { storeAway } from "../http/command.errors.ts"
import { runCreation } from "../http/command.run.ts"
import { StreamsMoved, untilStreamsFit } from "../http/command.streams.ts"
import { requestContext } from "./runs.context.ts"

interface Call {
  readonly body: Body<StartRun>
  readonly headers: { readonly "idempotency-key"?: string }
}

/** Starts a run of a version of a workflow: the streams of both vouch for what the run is to go by. */
export const startRun = Effect.fnUntraced(function* ({ body, headers }: Call) {
  const { tenant } = yield* Caller
  const bus = yield* CommandBus
  const context = yield* requestContext
  const id = freshId()
  const { command } = body
  const head = { category: workflow, id: workflowId(tenant, command.workflow) }
  const missing = () => new WorkflowNotFound({ workflow: command.workflow, version: command.version ?? null })
  const attempt = Effect.gen(function* () {
    const seen = versionOf((yield* bus.peek(tenant, head).pipe(Effect.catch(storeAway))).state, command.version)
    return yield* runCreation({
      name: "run.start",
      ids: [],
      sent: body.sent as Json,
      headers,
      refusals: [WorkflowNotFound, StreamsMoved],
      streams: [
        { category: run, id, isNew: true },
        head,
        // Where the version is not known here as yet, the decision tells whether there is one.
        { category: definition, id: definitionId(tenant, seen?.digest ?? "") }
      ],
      decide: ([stream, registered, document], { now }) => {
        const version = versionOf(registered.state, command.version)
        if (version === undefined) return Result.fail(missing())
        if (version.digest !== seen?.digest) return Result.fail(new StreamsMoved({}))
        if (document.state.status === "none") return Result.fail(missing())
        const decision = start(stream.state, command, {
          ...context,
          id,
          now,
          workflow: { name: command.workflow, version: version.version, digest: version.digest },
          definition: definitionOf(document.state.document)
        })
        return Result.map(decision, ({ events }) => events.map((event) => ({ stream: 0, event })))
      }
    })
  })
  const done = yield* untilStreamsFit(attempt)
  const [made] = done.streams
  const shown = view(made.id, made.state)
  return answered({ body: shown, version: made.version, location: `/v1/runs/${made.id}`, creates: true, done })
})

/** The version that is wanted; the newest where none is named. */
const versionOf = (state: WorkflowState, wanted?: number) =>
  state.status === "none"
    ? undefined
    : wanted === undefined
      ? state.versions.at(-1)
      : state.versions.find(({ version }) => version === wanted)
