import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { DeliveryStatus, DeliveryView } from "../delivery/delivery.views.ts"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, commandProblems, readProblems } from "../http/http.conventions.ts"
import { changing, creating, replayable, tracing, versioned } from "../http/http.headers.ts"
import { pageOf, paging } from "../http/http.lists.ts"
import { withOptionalBody } from "../http/http.openapi.ts"
import { PathId } from "../http/http.paths.ts"
import { readYourWrite } from "../http/http.reads.ts"
import { problem } from "../http/problem.ts"
import { CreateSubscription, RedeliverDead, RotateSecret, UpdateSubscription } from "./subscription.commands.ts"
import { SubscriptionInactive, SubscriptionNotFound } from "./subscription.errors.ts"
import { SubscriptionStatus, SubscriptionView, SubscriptionWithSecret } from "./subscription.views.ts"

/** Webhook subscriptions over HTTP, and what each refusal means there. */

const params = { id: PathId }
const scope = ["subscriptions:admin"] as const
const notFound = problem(SubscriptionNotFound, 404)
const inactive = problem(SubscriptionInactive, 409)
const Replayable = HttpApiSchema.WithHeaders(SubscriptionView, replayable)
const Accepted = HttpApiSchema.WithHeaders(SubscriptionView.pipe(HttpApiSchema.status(202)), replayable)
const Shown = HttpApiSchema.WithHeaders(SubscriptionWithSecret, replayable)
const Created = HttpApiSchema.WithHeaders(SubscriptionWithSecret.pipe(HttpApiSchema.status(201)), replayable)

export class SubscriptionApi extends HttpApiGroup.make("subscriptions")
  .add(
    HttpApiEndpoint.post("create", "/subscriptions", {
      headers: creating,
      payload: CreateSubscription,
      success: [Created, Shown],
      error: commandProblems
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Have events sent to an endpoint; the answer shows the signing secret, once"),
    HttpApiEndpoint.get("list", "/subscriptions", {
      headers: tracing,
      query: { status: Schema.optionalKey(SubscriptionStatus), ...paging },
      success: pageOf(SubscriptionView, "SubscriptionList")
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "List subscriptions, newest first"),
    HttpApiEndpoint.get("read", "/subscriptions/:id", {
      params,
      headers: tracing,
      query: readYourWrite,
      success: HttpApiSchema.WithHeaders(SubscriptionView, versioned),
      error: [notFound, ...readProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Read a subscription"),
    HttpApiEndpoint.patch("update", "/subscriptions/:id", {
      params,
      headers: changing,
      payload: UpdateSubscription,
      success: Replayable,
      error: [notFound, ...changeProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Change a subscription, pause it, or take it up again"),
    HttpApiEndpoint.delete("remove", "/subscriptions/:id", {
      params,
      headers: changing,
      success: Replayable,
      error: [notFound, ...changeProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Delete a subscription; deliveries under way end dead"),
    HttpApiEndpoint.post("rotateSecret", "/subscriptions/:id/rotate-secret", {
      params,
      headers: changing,
      payload: RotateSecret,
      success: Shown,
      error: [notFound, ...changeProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Sign with a new secret, shown once; the one before signs too for a while")
      .annotate(OpenApi.Transform, withOptionalBody),
    HttpApiEndpoint.post("test", "/subscriptions/:id/test", {
      params,
      headers: changing,
      success: Accepted,
      error: [notFound, inactive, ...changeProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Send a test event to the endpoint"),
    HttpApiEndpoint.get("deliveries", "/subscriptions/:id/deliveries", {
      params,
      headers: tracing,
      query: { status: Schema.optionalKey(DeliveryStatus), ...paging },
      success: pageOf(DeliveryView, "DeliveryList"),
      error: [notFound]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "List a subscription's deliveries, newest event first"),
    HttpApiEndpoint.post("redeliverDead", "/subscriptions/:id/redeliver", {
      params,
      headers: changing,
      payload: RedeliverDead,
      success: Accepted,
      error: [notFound, inactive, ...changeProblems]
    })
      .annotate(NeedsScope, scope)
      .annotate(OpenApi.Summary, "Try all dead deliveries since a time again")
  )
  .middleware(Auth)
  .prefix("/v1") {}
