import { Api } from "@sluice/contracts/api"
import { DeliveryPending } from "@sluice/contracts/delivery/delivery.errors"
import { NoBody } from "@sluice/contracts/subscription/subscription.commands"
import { SubscriptionInactive } from "@sluice/contracts/subscription/subscription.errors"
import { redeliver, view } from "@sluice/subscription"
import { Effect, Result } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { answered, found } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { commandOnSubscription, inputOn } from "../subscriptions/subscriptions.command.ts"
import { deliveryOf } from "./deliveries.queries.ts"

const noBody = bodyOf(NoBody, {})

/** `/v1/deliveries`. To make one again is a command on its subscription. */
export const deliveryHandlers = HttpApiBuilder.group(Api, "deliveries", (handlers) =>
  handlers
    .handleRaw("read", ({ params }) => Effect.map(deliveryOf(params.id), (row) => found(row)))
    .handleRaw(
      "redeliver",
      Effect.fnUntraced(function* ({ request, headers, params: { id } }) {
        const { subscriptionId, status } = yield* deliveryOf(id)
        const body = yield* inputOn(subscriptionId, noBody(request))
        const done = yield* commandOnSubscription({
          name: "delivery.redeliver",
          id: subscriptionId,
          ids: [id],
          body,
          headers,
          refusals: [SubscriptionInactive, DeliveryPending],
          // A repeat under its key is answered though the delivery is pending by now: only what is new is refused.
          decide: (state, _, context) => {
            const decision = redeliver(state, { deliveryId: id }, context)
            const isPending = Result.isSuccess(decision) && status === "pending"
            return isPending ? Result.fail(new DeliveryPending({ deliveryId: id })) : decision
          }
        })
        const [asked] = done.streams
        return answered({
          body: view(subscriptionId, asked.state),
          version: asked.version,
          creates: false,
          defers: true,
          done
        })
      })
    )
)
