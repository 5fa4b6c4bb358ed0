import "effect/schema/SchemaJITCompiler/enable"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeConsumer } from "@sluice/projection"
import { makeSealer } from "@sluice/secrets"
import { runService } from "@sluice/telemetry"
import { Effect, Layer } from "effect"
import { mailFields, mailSettings } from "./mail/mail.config.ts"
import { makeMails } from "./mail/mails.loop.ts"
import { webhookFields } from "./notification.config.ts"
import { notification } from "./registry.ts"
import { makeWake } from "./wake.ts"
import { makeWebhooks } from "./webhooks/webhooks.loop.ts"

runService({
  name: "notification",
  fields: { ...webhookFields, ...mailFields() },
  run: (config, ops) =>
    Effect.gen(function* () {
      const instance = config.INSTANCE_ID
      const timeout = config.WEBHOOK_TIMEOUT_SECONDS * 1000
      const wake = makeWake()
      const mailing = mailSettings(config)
      let due = false
      const onDue = () => {
        due = true
      }
      const consumer = makeConsumer(notification({ onDue, mails: mailing !== undefined }), {
        durable: declaredConsumer("notification"),
        instance,
        onApplied: () => {
          if (due) wake.ring()
          due = false
        }
      })
      const webhooks = makeWebhooks({
        instance,
        sealer: makeSealer(config.SECRETS_KEY),
        wake,
        allowLoopback: config.WEBHOOK_ALLOW_LOOPBACK,
        timeout,
        // What an instance had when it died is taken up again after so long.
        lease: 2 * timeout,
        schedule: config.WEBHOOK_RETRY_SECONDS,
        disableAfter: config.WEBHOOK_DISABLE_AFTER_SECONDS * 1000,
        perEndpoint: config.WEBHOOK_CONCURRENCY,
        inAll: config.WEBHOOK_IN_FLIGHT
      })
      const mails =
        mailing === undefined ? undefined : makeMails({ ...mailing, instance, secretsKey: config.SECRETS_KEY })
      ops.check(
        "notification",
        Effect.sync(() => {
          const { state, reason } = consumer.status()
          return { ok: state === "reading" || state === "standing by", detail: reason ?? state }
        })
      )
      ops.check(
        "webhooks",
        Effect.sync(() => {
          const { state, reason } = webhooks.status()
          return { ok: state !== "waiting", detail: reason ?? state }
        })
      )
      // A mail server that is away is shown and is no reason to call nobody ready here: mails wait.
      if (mails !== undefined)
        ops.check(
          "mails",
          Effect.sync(() => {
            const { state, reason } = mails.status()
            return { ok: true, detail: reason ?? state }
          })
        )
      ops.ready(yield* ops.serve)
      return yield* Effect.raceAllFirst([consumer.run, webhooks.run, ...(mails === undefined ? [] : [mails.run])])
    }).pipe(
      Effect.provide(
        postgresStoreLayer.pipe(
          Layer.provideMerge(
            Layer.merge(
              Postgres.layer({ url: config.DATABASE_URL, applicationName: "sluice-notification", max: 8 }),
              Nats.layer({ url: config.NATS_URL, nkey: config.NATS_NKEY, name: "sluice-notification" })
            )
          )
        )
      )
    )
})
