import "effect/schema/SchemaJITCompiler/enable"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { EventStore } from "@sluice/event-store/store.port"
import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeConsumer } from "@sluice/projection"
import { runService } from "@sluice/telemetry"
import { Duration, Effect, Layer } from "effect"
import { billingFields } from "./billing.config.ts"
import { makeClosing } from "./closing/closing.loop.ts"
import { makeProof } from "./proof/proof.loop.ts"
import { billing } from "./registry.ts"

runService({
  name: "billing",
  fields: billingFields,
  run: (config, ops) =>
    Effect.gen(function* () {
      const instance = config.INSTANCE_ID
      const consumer = makeConsumer(billing(yield* EventStore), { durable: declaredConsumer("billing"), instance })
      const closing = makeClosing({ closeAfter: config.BILLING_CLOSE_AFTER_HOURS * 3_600_000 })
      const proof = makeProof({
        every: Duration.seconds(config.BILLING_PROOF_SECONDS),
        isLeader: () => consumer.status().state === "reading"
      })
      ops.check(
        "billing",
        Effect.sync(() => {
          const { state, reason } = consumer.status()
          return { ok: state === "reading" || state === "standing by", detail: reason ?? state }
        })
      )
      // A drift is for people to look into: it is shown, and is no reason to call nobody ready here.
      ops.check(
        "proof",
        Effect.sync(() => {
          const { state, reason } = proof.status()
          return { ok: true, detail: reason ?? state }
        })
      )
      ops.ready(yield* ops.serve)
      return yield* Effect.raceAllFirst([consumer.run, closing, proof.run])
    }).pipe(
      Effect.provide(
        postgresStoreLayer.pipe(
          Layer.provideMerge(
            Layer.merge(
              Postgres.layer({ url: config.DATABASE_URL, applicationName: "sluice-billing", max: 4 }),
              Nats.layer({ url: config.NATS_URL, nkey: config.NATS_NKEY, name: "sluice-billing" })
            )
          )
        )
      )
    )
})
