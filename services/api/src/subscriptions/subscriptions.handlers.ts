import { Api } from "@sluice/contracts/api"
import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import { NoBody, RedeliverDead, RotateSecret } from "@sluice/contracts/subscription/subscription.commands"
import { SubscriptionInactive } from "@sluice/contracts/subscription/subscription.errors"
import type { Sealer } from "@sluice/secrets"
import * as Subscription from "@sluice/subscription"
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { answered } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import type { RefusalClass } from "../http/command.errors.ts"
import { onFirst } from "../http/command.input.ts"
import { runCreation } from "../http/command.run.ts"
import { commandOnSubscription, inputOn, liveSubscription, type SubscriptionCall } from "./subscriptions.command.ts"
import { listDeliveries, listSubscriptions, readSubscription } from "./subscriptions.queries.ts"
import { keepSecret } from "./subscriptions.secrets.ts"

const rotateBody = bodyOf(RotateSecret, {})
const redeliverBody = bodyOf(RedeliverDead)
const noBody = bodyOf(NoBody, {})

/** What each request of a command on a subscription has. */
interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: SubscriptionCall<never, never>["headers"]
  readonly params: { readonly id: string }
}

interface Command<A, Known extends RefusalClass> {
  /** `subscription.<command>` */
  readonly name: string
  readonly body: ReturnType<typeof bodyOf<A>>
  readonly decide: SubscriptionCall<A, Known>["decide"]
  readonly refusals?: ReadonlyArray<Known>
  /** It has something sent, later. */
  readonly defers?: boolean
}

/** A command on a subscription that shows no secret. */
const onSubscription =
  <A, Known extends RefusalClass = never>({ name, body, decide, refusals = [], defers = false }: Command<A, Known>) =>
  ({ request, headers, params: { id } }: Asked) =>
    Effect.gen(function* () {
      const input = yield* inputOn(id, body(request))
      const done = yield* commandOnSubscription({ name, id, ids: [id], body: input, headers, refusals, decide })
      const [{ state, version }] = done.streams
      return answered({ body: Subscription.view(id, state), version, creates: false, defers, done })
    })

/**
 * `/v1/subscriptions`: each handler says what the command is, what its body may be and who decides it. A secret is shown by the
 * request that made it and by no repeat of it.
 */
export const subscriptionHandlers = ({
  sealer,
  ...rules
}: Subscription.EndpointRules & { readonly sealer: Sealer }) => {
  const input = Subscription.subscriptionInput(rules)
  const createBody = bodyOf(input.create)
  return HttpApiBuilder.group(Api, "subscriptions", (handlers) =>
    handlers
      .handleRaw(
        "create",
        Effect.fnUntraced(function* ({ request, headers }) {
          const { actor } = yield* Caller
          const { sent, command } = yield* createBody(request)
          const id = freshId()
          const { secretId, secret } = yield* keepSecret(sealer, id)
          const done = yield* runCreation({
            name: "subscription.create",
            ids: [],
            sent,
            headers,
            refusals: [],
            streams: [{ category: Subscription.subscription, id, isNew: true }],
            decide: ([{ state }], { now }) => onFirst(Subscription.create(state, command, { id, actor, now, secretId }))
          })
          const [made] = done.streams
          const shown = Subscription.view(made.id, made.state)
          const body = made.id === id ? { ...shown, secret } : shown
          return answered({
            body,
            version: made.version,
            location: `/v1/subscriptions/${made.id}`,
            creates: true,
            done
          })
        })
      )
      .handleRaw("list", ({ query }) => listSubscriptions(query))
      .handleRaw("read", ({ params, query }) => readSubscription(params.id, query))
      .handleRaw(
        "update",
        onSubscription({ name: "subscription.update", body: bodyOf(input.update), decide: Subscription.update })
      )
      .handleRaw(
        "remove",
        onSubscription({
          name: "subscription.remove",
          body: noBody,
          decide: (state, _, context) => Subscription.remove(state, context)
        })
      )
      .handleRaw(
        "rotateSecret",
        Effect.fnUntraced(function* ({ request, headers, params: { id } }) {
          const body = yield* inputOn(id, rotateBody(request))
          yield* liveSubscription(id)
          const { secretId, secret } = yield* keepSecret(sealer, id)
          const done = yield* commandOnSubscription({
            name: "subscription.rotate-secret",
            id,
            ids: [id],
            body,
            headers,
            refusals: [],
            decide: (state, command, context) => Subscription.rotateSecret(state, command, { ...context, secretId })
          })
          const [{ state, version }] = done.streams
          const shown = Subscription.view(id, state)
          const isOurs = state.status !== "none" && state.secretId === secretId
          return answered({ body: isOurs ? { ...shown, secret } : shown, version, creates: false, done })
        })
      )
      .handleRaw(
        "test",
        onSubscription({
          name: "subscription.test",
          body: noBody,
          decide: (state, _, context) => Subscription.requestTest(state, context),
          refusals: [SubscriptionInactive],
          defers: true
        })
      )
      .handleRaw("deliveries", ({ params, query }) => listDeliveries(params.id, query))
      .handleRaw(
        "redeliverDead",
        onSubscription({
          name: "subscription.redeliver-dead",
          body: redeliverBody,
          decide: Subscription.redeliverDead,
          refusals: [SubscriptionInactive],
          defers: true
        })
      )
  )
}
