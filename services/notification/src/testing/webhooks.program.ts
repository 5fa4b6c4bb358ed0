import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { Postgres } from "@sluice/postgres"
import { makeSealer, SecretsKey } from "@sluice/secrets"
import { Effect, Layer, Redacted, Schema } from "effect"
import { makeWake } from "../wake.ts"
import { makeWebhooks, type WebhooksSettings } from "../webhooks/webhooks.loop.ts"

/** An engine as a process of its own, to be killed: `<database url> <secrets key> <settings as JSON>`. */
const [databaseUrl = "", secretsKey = "", settings = "{}"] = process.argv.slice(2)

const webhooks = makeWebhooks({
  instance: `process-${process.pid}`,
  sealer: makeSealer(Schema.decodeSync(SecretsKey)(secretsKey)),
  wake: makeWake(),
  allowLoopback: true,
  ...(JSON.parse(settings) as Partial<WebhooksSettings>)
})
const layer = postgresStoreLayer.pipe(
  Layer.provideMerge(Postgres.layer({ url: Redacted.make(databaseUrl), applicationName: "webhooks-program" }))
)
const fiber = Effect.runFork(webhooks.run.pipe(Effect.provide(layer)))
process.once("SIGTERM", () => {
  fiber.addObserver(() => process.exit(0))
  fiber.interruptUnsafe()
})
