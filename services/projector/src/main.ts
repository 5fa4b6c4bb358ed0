import "effect/schema/SchemaJITCompiler/enable"
import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeConsumer } from "@sluice/projection"
import { runService } from "@sluice/telemetry"
import { Effect, Layer } from "effect"
import { projector } from "./registry.ts"

runService({
  name: "projector",
  fields: {},
  run: (config, ops) =>
    Effect.gen(function* () {
      const consumer = makeConsumer(projector, {
        durable: declaredConsumer(projector.name),
        instance: config.INSTANCE_ID
      })
      ops.check(
        "projector",
        Effect.sync(() => {
          const { state, reason } = consumer.status()
          return { ok: state === "reading" || state === "standing by", detail: reason ?? state }
        })
      )
      ops.ready(yield* ops.serve)
      return yield* consumer.run
    }).pipe(
      Effect.provide(
        Layer.merge(
          Postgres.layer({ url: config.DATABASE_URL, applicationName: "sluice-projector", max: 4 }),
          Nats.layer({ url: config.NATS_URL, nkey: config.NATS_NKEY, name: "sluice-projector" })
        )
      )
    )
})
