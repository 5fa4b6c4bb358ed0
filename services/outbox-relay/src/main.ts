import { PositiveInt } from "@sluice/config"
import { declaredStream, EVENTS, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { runService } from "@sluice/telemetry"
import { Effect, Layer, Schema } from "effect"
import { isHealthy, makeHealth } from "./relay.health.ts"
import { runRelay } from "./relay.loop.ts"
import { exportBacklog } from "./relay.metrics.ts"
import { backlog } from "./relay.read.ts"

runService({
  name: "outbox-relay",
  fields: {
    /** Bytes that the stream EVENTS may take on the broker's disk. */
    EVENTS_MAX_BYTES: Schema.optionalKey(PositiveInt),
    /** Copies of EVENTS in a JetStream cluster. */
    EVENTS_REPLICAS: Schema.optionalKey(PositiveInt)
  },
  run: (config, ops) =>
    Effect.gen(function* () {
      const health = makeHealth()
      const context = yield* Effect.context<Postgres>()
      exportBacklog(() => Effect.runPromiseWith(context)(backlog))
      ops.check(
        "relay",
        Effect.sync(() => ({ ok: isHealthy(health), detail: health.reason ?? health.phase }))
      )
      const url = yield* ops.serve
      const stream = declaredStream(EVENTS, { maxBytes: config.EVENTS_MAX_BYTES, replicas: config.EVENTS_REPLICAS })
      yield* Effect.forkScoped(runRelay(config.INSTANCE_ID, { stream, health }))
      ops.ready(url)
      return yield* Effect.never
    }).pipe(
      Effect.provide(
        Layer.merge(
          Postgres.layer({ url: config.DATABASE_URL, applicationName: "sluice-outbox-relay", max: 4 }),
          Nats.layer({ url: config.NATS_URL, nkey: config.NATS_NKEY, name: "sluice-outbox-relay" })
        )
      )
    )
})
