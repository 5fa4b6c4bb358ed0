import { type VerifierOptions, verifier } from "@sluice/auth"
import { Api } from "@sluice/contracts/api"
import { commandBusLayer } from "@sluice/event-store/command-bus"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeSealer, type SealingKeys } from "@sluice/secrets"
import type { Ops } from "@sluice/telemetry/ops"
import { Effect, Layer, type Redacted } from "effect"
import { HttpServer } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { batchBytes, batchCommands, exposeQueue } from "./api.metrics.ts"
import { approvalHandlers } from "./approvals/approvals.handlers.ts"
import { auditHandlers } from "./audit/audit.handlers.ts"
import { billingHandlers } from "./billing/billing.handlers.ts"
import { budgetHandlers } from "./budgets/budgets.handlers.ts"
import { deliveryHandlers } from "./deliveries/deliveries.handlers.ts"
import { eventHandlers } from "./events/events.handlers.ts"
import { type FeedOptions, LiveFeed } from "./events/events.live.ts"
import { authLayer } from "./http/auth.middleware.ts"
import { IdempotencyTtl } from "./http/command.run.ts"
import { conventionsLayer } from "./http/conventions.middleware.ts"
import { publicRoutes } from "./http/public.routes.ts"
import { notificationHandlers } from "./notifications/notifications.handlers.ts"
import { phaseHandlers } from "./phases/phases.handlers.ts"
import { preferenceHandlers } from "./preferences/preferences.handlers.ts"
import { unsubscribeRoutes } from "./preferences/unsubscribe.routes.ts"
import { relayWaker } from "./relay.wake.ts"
import { runHandlers } from "./runs/runs.handlers.ts"
import { sessionHandlers } from "./sessions/sessions.handlers.ts"
import { subscriberHandlers } from "./subscribers/subscribers.handlers.ts"
import { subscriptionHandlers } from "./subscriptions/subscriptions.handlers.ts"
import { workflowHandlers } from "./workflows/workflows.handlers.ts"

export interface Backends {
  readonly databaseUrl: Redacted.Redacted
  readonly natsUrl: string
  /** Seed of the API's user at the broker. */
  readonly natsKey?: Redacted.Redacted | undefined
  /** Shown by Postgres and NATS. */
  readonly name: string
  readonly queueLimit: number
  readonly feed: FeedOptions
}

/** For each batch that may be in flight, and two more, so that reads need not wait behind them. */
const CONNECTIONS = 6

/** The command bus and the live feed, with what stands behind them. */
export const backends = ({ databaseUrl, natsUrl, natsKey, name, queueLimit, feed }: Backends) => {
  const bus = Layer.unwrap(
    Effect.gen(function* () {
      const wakeRelay = relayWaker(yield* Nats)
      const { wake } = yield* LiveFeed
      return commandBusLayer({
        maxQueued: queueLimit,
        onAppended: () => {
          wakeRelay()
          wake()
        },
        onBatch: ({ commands, bytes }) => {
          batchCommands.observe(commands)
          batchBytes.observe(bytes)
        },
        onStart: exposeQueue
      })
    })
  )
  const history = Postgres.layer({ url: databaseUrl, applicationName: `${name} feed`, max: 2 })
  return bus.pipe(
    Layer.provideMerge(LiveFeed.layer(feed).pipe(Layer.provide(history))),
    Layer.provideMerge(postgresStoreLayer),
    Layer.provideMerge(Postgres.layer({ url: databaseUrl, applicationName: name, max: CONNECTIONS })),
    Layer.provideMerge(Nats.layer({ url: natsUrl, nkey: natsKey, name }))
  )
}

export interface Front {
  readonly tokens: VerifierOptions
  readonly idempotencyTtl: number
  readonly ops: Pick<Ops, "handle">
  readonly secretsKey: SealingKeys
  /** Webhooks may go to this machine itself. */
  readonly allowLoopback: boolean
  /** Where subscribers find the broker: addresses separated by commas. */
  readonly natsServers: string
}

/** Every route, over a command bus and a database. */
export const routes = ({ tokens, idempotencyTtl, ops, secretsKey, allowLoopback, natsServers }: Front) =>
  Layer.mergeAll(
    HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
      Layer.provide([sessionHandlers, workflowHandlers, runHandlers, phaseHandlers, approvalHandlers, auditHandlers]),
      Layer.provide(eventHandlers),
      Layer.provide([subscriptionHandlers({ sealer: makeSealer(secretsKey), allowLoopback }), deliveryHandlers]),
      Layer.provide(subscriberHandlers(natsServers.split(",").map(withoutPassword))),
      Layer.provide(notificationHandlers),
      Layer.provide(preferenceHandlers),
      Layer.provide([billingHandlers, budgetHandlers]),
      Layer.provide([authLayer(verifier(tokens)), conventionsLayer]),
      Layer.provide(HttpServer.layerServices)
    ),
    publicRoutes(ops),
    unsubscribeRoutes(secretsKey)
  ).pipe(Layer.provide(Layer.succeed(IdempotencyTtl, idempotencyTtl)))

/** Not for others to see. */
const withoutPassword = (server: string): string => server.replace(/\/\/[^@/]*@/, "//")
