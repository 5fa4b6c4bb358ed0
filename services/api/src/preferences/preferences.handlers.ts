import { Api } from "@sluice/contracts/api"
import { Caller } from "@sluice/contracts/http/http.auth"
import type { InputIssue } from "@sluice/contracts/input/input.errors"
import type { Audience } from "@sluice/contracts/notification/notification.views"
import { SetPreferences } from "@sluice/contracts/preference/preference.commands"
import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import { preference, set, view } from "@sluice/preference"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { answered } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { onFirst } from "../http/command.input.ts"
import { runCommand } from "../http/command.run.ts"
import { readPreferences } from "./preferences.queries.ts"

/** Who wants mails says where they go: of a body that has other faults too. */
const lacksAddress = (sent: unknown): ReadonlyArray<InputIssue> => {
  const { mode, email = null } = (sent ?? {}) as { mode?: unknown; email?: unknown }
  return (mode === "immediate" || mode === "digest") && email === null
    ? [{ pointer: "/email", message: "is needed" }]
    : []
}
const setBody = bodyOf(SetPreferences, undefined, lacksAddress)

interface Change {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: { readonly "idempotency-key"?: string; readonly "if-match"?: string }
}

/** `/v1/me/notification-preferences`, and the same of a role. */
export const preferenceHandlers = HttpApiBuilder.group(Api, "preferences", (handlers) =>
  handlers
    .handleRaw("readMine", ({ query }) => Effect.flatMap(myself, (owner) => readPreferences(owner, query)))
    .handleRaw("setMine", (change) =>
      Effect.flatMap(myself, (owner) => setPreferences("preference.set-mine", owner, change))
    )
    .handleRaw("readRole", ({ params, query }) => readPreferences(role(params), query))
    .handleRaw("setRole", ({ params, ...change }) => setPreferences("preference.set-role", role(params), change))
)

const myself = Effect.map(Caller, ({ actor }): Audience => ({ kind: "actor", id: `${actor.kind}/${actor.id}` }))
const role = ({ role }: { readonly role: string }): Audience => ({ kind: "role", id: role })

/** Whoever sets preferences for the first time finds them there too: it is never a creation. */
const setPreferences = Effect.fnUntraced(function* (
  name: "preference.set-mine" | "preference.set-role",
  owner: Audience,
  { request, headers }: Change
) {
  const { sent, command } = yield* setBody(request)
  const id = preferenceId(owner)
  const done = yield* runCommand({
    name,
    ids: [id],
    sent,
    headers,
    refusals: [],
    streams: [{ category: preference, id }],
    decide: ([{ state }]) => onFirst(set(state, { ...command, owner }))
  })
  const [changed] = done.streams
  return answered({ body: view(owner, changed.state), version: changed.version, creates: false, done })
})
