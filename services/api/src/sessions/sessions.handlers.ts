import { Api } from "@sluice/contracts/api"
import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import { OpenSession, RecordUsage } from "@sluice/contracts/session/session.commands"
import { SessionEnded, SessionNotFound, UsageConflict } from "@sluice/contracts/session/session.errors"
import { open, recordUsage, session, usageKey, view } from "@sluice/session"
import { DateTime, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { answered } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { inputOf, onFirst } from "../http/command.input.ts"
import { runCommand, runCreation } from "../http/command.run.ts"
import { listSessions, readSession } from "./sessions.queries.ts"
import { updateSession } from "./sessions.update.ts"

const openBody = bodyOf(OpenSession)
const usageBody = bodyOf(RecordUsage)

/** `/v1/sessions`: each handler says what the command is, whom it is about and how its answer looks. */
export const sessionHandlers = HttpApiBuilder.group(Api, "sessions", (handlers) =>
  handlers
    .handleRaw(
      "open",
      Effect.fnUntraced(function* ({ request, headers }) {
        const { actor } = yield* Caller
        const { sent, command } = yield* openBody(request)
        const id = freshId()
        const done = yield* runCreation({
          name: "session.open",
          ids: [],
          sent,
          headers,
          refusals: [],
          streams: [{ category: session, id, isNew: true }],
          decide: ([stream], { now }) => onFirst(open(stream.state, command, { id, actor, now }))
        })
        const [opened] = done.streams
        const body = view(opened.id, opened.state)
        return answered({ body, version: opened.version, location: `/v1/sessions/${opened.id}`, creates: true, done })
      })
    )
    .handleRaw("update", updateSession)
    .handleRaw(
      "recordUsage",
      Effect.fnUntraced(function* ({ request, headers, params: { id } }) {
        const { actor } = yield* Caller
        const notFound = () => new SessionNotFound({ sessionId: id })
        const stream = { category: session, id }
        const { sent, command } = yield* inputOf(usageBody(request), stream, notFound)
        const { usageId, meter, quantity, model = null, at } = command
        const done = yield* runCommand({
          name: "session.record-usage",
          ids: [id],
          sent,
          headers,
          notFound,
          refusals: [SessionNotFound, SessionEnded],
          naturalKeys: [usageKey(id, command)],
          naturalKeyReused: () => new UsageConflict({ sessionId: id, usageId }),
          streams: [stream],
          decide: ([{ state }], { now }) => onFirst(recordUsage(state, command, { id, actor, now }))
        })
        const body = { sessionId: id, usageId, meter, quantity, model, at: DateTime.formatIso(at) }
        return answered({ body, version: done.streams[0].version, creates: true, done })
      })
    )
    .handleRaw("read", ({ params, query }) => readSession(params.id, query))
    .handleRaw("list", ({ query }) => listSessions(query))
)
