import { Api } from "@sluice/contracts/api"
import { Caller } from "@sluice/contracts/http/http.auth"
import { markId } from "@sluice/contracts/notification/notification.ids"
import { NoBody } from "@sluice/contracts/subscription/subscription.commands"
import { archive, asMarked, mark, markRead } from "@sluice/notification"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { answered, found } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { onFirst } from "../http/command.input.ts"
import { type CommandCall, runCommand } from "../http/command.run.ts"
import { countNotifications, listNotifications, notificationOf } from "./notifications.queries.ts"

const noBody = bodyOf(NoBody, {})

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: CommandCall<[], never, never, never>["headers"]
  readonly params: { readonly id: string }
}

/** A mark of the caller's own: a stream for each person and notification, so nobody is in anybody's way. */
const marking = (name: string, decide: typeof markRead) =>
  Effect.fnUntraced(function* ({ request, headers, params: { id } }: Asked) {
    const { actor } = yield* Caller
    const notification = yield* notificationOf(id)
    const { sent } = yield* noBody(request)
    const done = yield* runCommand({
      name,
      ids: [id],
      sent,
      headers,
      refusals: [],
      streams: [{ category: mark, id: markId(id, actor) }],
      decide: ([{ state }]) => onFirst(decide(state, { notificationId: id }))
    })
    const [marked] = done.streams
    return answered({ body: asMarked(notification, marked.state), version: marked.version, creates: false, done })
  })

/** `/v1/notifications`: one's own inbox, and what one has done with it. */
export const notificationHandlers = HttpApiBuilder.group(Api, "notifications", (handlers) =>
  handlers
    .handleRaw("list", ({ query }) => listNotifications(query))
    .handleRaw("counts", () => countNotifications)
    .handleRaw("read", ({ params }) => Effect.map(notificationOf(params.id), (row) => found(row)))
    .handleRaw("markRead", marking("notification.mark-read", markRead))
    .handleRaw("archive", marking("notification.archive", archive))
)
