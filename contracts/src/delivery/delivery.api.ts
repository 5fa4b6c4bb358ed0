import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems } from "../http/http.conventions.ts"
import { changing, replayable, tracing } from "../http/http.headers.ts"
import { PathId } from "../http/http.paths.ts"
import { problem } from "../http/problem.ts"
import { SubscriptionInactive, SubscriptionNotFound } from "../subscription/subscription.errors.ts"
import { SubscriptionView } from "../subscription/subscription.views.ts"
import { DeliveryNotFound, DeliveryPending } from "./delivery.errors.ts"
import { DeliveryWithAttempts } from "./delivery.views.ts"

/** Webhook deliveries over HTTP, and what each refusal means there. */

const params = { id: PathId }
const scope = ["subscriptions:admin"] as const
const notFound = problem(DeliveryNotFound, 404)

export class DeliveryApi extends HttpApiGroup.make("deliveries")
  .add(
    HttpApiEndpoint.get("read", "/deliveries/:id", {
      params,
      headers: tracing,
      success: DeliveryWithAttempts,
      error: [notFound]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Read a delivery with its attempts"),
    HttpApiEndpoint.post("redeliver", "/deliveries/:id/redeliver", {
      params,
      headers: changing,
      success: HttpApiSchema.WithHeaders(SubscriptionView.pipe(HttpApiSchema.status(202)), replayable),
      error: [
        notFound,
        problem(SubscriptionNotFound, 404),
        problem(DeliveryPending, 409),
        problem(SubscriptionInactive, 409),
        ...changeProblems
      ]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Try a delivery that has ended again; answers the subscription")
  )
  .middleware(Auth)
  .prefix("/v1") {}
