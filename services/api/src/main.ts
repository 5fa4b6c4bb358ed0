import "effect/schema/SchemaJITCompiler/enable"
import { NatsUrl, PositiveInt, Text, TrueOrFalse, withDefault } from "@sluice/config"
import { Nats } from "@sluice/messaging"
import { Postgres, requireDurable } from "@sluice/postgres"
import { SecretsKey } from "@sluice/secrets"
import { runService } from "@sluice/telemetry/service"
import { Effect, Layer, Schedule, Schema } from "effect"
import { keysUrl } from "./api.config.ts"
import { serveDoors } from "./doors.ts"
import { sweepKeys } from "./keys.sweep.ts"
import { backends, routes } from "./layers.ts"
import { mendSubscribers } from "./subscribers/subscribers.loop.ts"

runService({
  name: "api",
  fields: {
    JWT_ISSUER: Text,
    JWT_AUDIENCE: Text,
    JWKS_URL: keysUrl,
    IDEMPOTENCY_TTL_SECONDS: withDefault(PositiveInt, "86400"),
    COMMAND_QUEUE: withDefault(PositiveInt, "4096"),
    FEED_HEARTBEAT_SECONDS: withDefault(PositiveInt, "15"),
    FEED_READERS: withDefault(PositiveInt, "1000"),
    NATS_PUBLIC_URL: Schema.optionalKey(NatsUrl),
    SECRETS_KEY: SecretsKey,
    WEBHOOK_ALLOW_LOOPBACK: withDefault(TrueOrFalse, "false")
  },
  run: (config, ops) =>
    Effect.gen(function* () {
      const context = yield* Layer.build(
        backends({
          databaseUrl: config.DATABASE_URL,
          natsUrl: config.NATS_URL,
          natsKey: config.NATS_NKEY,
          name: `sluice-api ${config.INSTANCE_ID}`,
          queueLimit: config.COMMAND_QUEUE,
          feed: { heartbeatSeconds: config.FEED_HEARTBEAT_SECONDS, maxReaders: config.FEED_READERS }
        })
      )
      return yield* Effect.gen(function* () {
        const postgres = yield* Postgres
        const nats = yield* Nats
        ops.check(
          "database",
          postgres
            .query((sql) => sql`select 1`)
            .pipe(
              Effect.match({ onSuccess: () => ({ ok: true }), onFailure: ({ code }) => ({ ok: false, detail: code }) })
            )
        )
        // Commands and queries work without the broker, so its absence is shown and is no reason to send nobody here.
        ops.check(
          "broker",
          Effect.sync(() => ({ ok: true, detail: nats.isConnected() ? "connected" : "away; the outbox waits" }))
        )
        yield* requireDurable(postgres).pipe(
          Effect.tapError((error) => Effect.logWarning("waiting for the database", { error: error.message })),
          Effect.retry({
            schedule: Schedule.spaced("1 second"),
            while: (error) => error._tag === "DbError" && error.unavailable
          })
        )
        yield* Effect.forkScoped(sweepKeys)
        yield* Effect.forkScoped(mendSubscribers)
        const url = yield* serveDoors(
          routes({
            tokens: { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE, jwksUrl: config.JWKS_URL },
            idempotencyTtl: config.IDEMPOTENCY_TTL_SECONDS,
            ops,
            secretsKey: config.SECRETS_KEY,
            allowLoopback: config.WEBHOOK_ALLOW_LOOPBACK,
            natsServers: config.NATS_PUBLIC_URL ?? config.NATS_URL
          }),
          { host: config.HTTP_HOST, port: config.HTTP_PORT }
        )
        ops.ready(url)
        return yield* Effect.never
      }).pipe(Effect.provide(context))
    })
})
