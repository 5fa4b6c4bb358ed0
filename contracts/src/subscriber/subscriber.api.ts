import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { BodyTooLarge, IdempotencyKeyReused, MalformedBody, UnsupportedMediaType } from "../http/http.errors.ts"
import { creating, tracing } from "../http/http.headers.ts"
import { problem } from "../http/problem.ts"
import { InputRefused } from "../input/input.errors.ts"
import { AddSubscriber, SubscriberName } from "./subscriber.commands.ts"
import { SubscriberDiffers, SubscriberNotFound, SubscribersUsedUp } from "./subscriber.errors.ts"
import { SubscriberList, SubscriberView } from "./subscriber.views.ts"

/** Durable consumers of events at the broker, over HTTP. */

const params = { name: SubscriberName }
const scope = ["subscriptions:admin"] as const
const notFound = problem(SubscriberNotFound, 404)
const keyReused = problem(IdempotencyKeyReused, 422)

export class SubscriberApi extends HttpApiGroup.make("subscribers")
  .add(
    HttpApiEndpoint.post("add", "/subscribers", {
      headers: creating,
      payload: AddSubscriber,
      success: [SubscriberView.pipe(HttpApiSchema.status(201)), SubscriberView],
      error: [
        problem(SubscriberDiffers, 409),
        problem(SubscribersUsedUp, 409),
        problem(MalformedBody, 400),
        problem(BodyTooLarge, 413),
        problem(UnsupportedMediaType, 415),
        problem(InputRefused, 422),
        keyReused
      ]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Have a durable consumer of events; the answer says how to connect. Again: 200"),
    HttpApiEndpoint.get("list", "/subscribers", { headers: tracing, success: SubscriberList })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "List subscribers by name"),
    HttpApiEndpoint.get("read", "/subscribers/:name", {
      params,
      headers: tracing,
      success: SubscriberView,
      error: notFound
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Read a subscriber, and how it connects"),
    HttpApiEndpoint.delete("remove", "/subscribers/:name", {
      params,
      headers: creating,
      success: HttpApiSchema.NoContent,
      error: [notFound, keyReused]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Remove a subscriber and its durable consumer")
  )
  .middleware(Auth)
  .prefix("/v1") {}
