import "effect/schema/SchemaJITCompiler/enable"
import { PositiveInt, withDefault } from "@sluice/config"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeConsumer } from "@sluice/projection"
import { runService } from "@sluice/telemetry"
import { Duration, Effect, Layer, Schema } from "effect"
import { coordinator } from "./registry.ts"
import { makeTimers } from "./timers/timers.loop.ts"
import { watchdog } from "./watchdog/watchdog.ts"

runService({
  name: "coordinator",
  fields: {
    /** Days without an event after which a session expires. */
    SESSION_RETENTION_DAYS: withDefault(PositiveInt.check(Schema.isLessThanOrEqualTo(36_500)), "7"),
    /** Seconds between two looks for what is stuck. */
    WATCHDOG_EVERY_SECONDS: withDefault(PositiveInt, "60")
  },
  run: (config, ops) =>
    Effect.gen(function* () {
      const instance = config.INSTANCE_ID
      const retentionMillis = Duration.toMillis(Duration.days(config.SESSION_RETENTION_DAYS))
      const consumer = makeConsumer(coordinator(retentionMillis), {
        durable: declaredConsumer("coordinator"),
        instance
      })
      const timers = makeTimers({
        instance,
        retentionMillis,
        beside: watchdog(Duration.seconds(config.WATCHDOG_EVERY_SECONDS))
      })
      ops.check(
        "coordinator",
        Effect.sync(() => {
          const { state, reason } = consumer.status()
          return { ok: state === "reading" || state === "standing by", detail: reason ?? state }
        })
      )
      ops.check(
        "timers",
        Effect.sync(() => {
          const { state, reason } = timers.status()
          return { ok: state !== "waiting", detail: reason ?? state }
        })
      )
      ops.ready(yield* ops.serve)
      return yield* Effect.raceFirst(consumer.run, timers.run)
    }).pipe(
      Effect.provide(
        postgresStoreLayer.pipe(
          Layer.provideMerge(
            Layer.merge(
              Postgres.layer({ url: config.DATABASE_URL, applicationName: "sluice-coordinator", max: 4 }),
              Nats.layer({ url: config.NATS_URL, nkey: config.NATS_NKEY, name: "sluice-coordinator" })
            )
          )
        )
      )
    )
})
