import { randomUUID } from "node:crypto"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { inNewestShape } from "@sluice/contracts/event/event.registry"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeConsumer, type Reaction } from "@sluice/projection"
import { type NewEvent, stage } from "@sluice/projection/consumer.spec-support"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { afterAll } from "vitest"

/** A stage on which reactions run with the rights that the service has. */
export const notificationStage = async () => {
  const world = await stage()
  const layer = postgresStoreLayer.pipe(
    Layer.provideMerge(
      Layer.merge(
        Postgres.layer({ url: Redacted.make(world.database.urlFor("sluice_notification")), applicationName: "spec" }),
        Nats.layer({ url: world.server.url, name: "spec" })
      )
    )
  )
  /** Starts the consumer with these reactions alone. */
  const consume = (reactions: ReadonlyArray<Reaction>) => {
    const running = makeConsumer(
      { name: "notification", categories: "all", reactions, decode: inNewestShape },
      {
        durable: declaredConsumer("notification"),
        instance: randomUUID(),
        watchEvery: 50,
        lease: { ttl: "1 second", renewEvery: "100 millis" }
      }
    )
    const fiber = Effect.runFork(running.run.pipe(Effect.provide(layer)))
    const stop = () => Effect.runPromise(Fiber.interrupt(fiber))
    afterAll(stop)
    return { status: running.status, stop }
  }
  /** Everything published and reacted to. */
  const settled = async () => {
    await world.relay()
    await world.caughtUp("notification")
  }
  return { ...world, consume, layer, settled }
}

export const newId = (category: string): string => `${category}-${randomUUID()}`

export const created = (types: ReadonlyArray<string>, rest: JsonObject = {}): NewEvent => ({
  type: "subscription.created",
  data: {
    name: "erp",
    endpoint: "https://erp.example.com/hooks",
    types,
    strictOrder: false,
    secretId: randomUUID(),
    ...rest
  }
})
export const told = (event: string, data: JsonObject = {}): NewEvent => ({ type: `subscription.${event}`, data })
export const opened: NewEvent = { type: "session.opened", data: { role: "pm", taskId: null, metadata: {} } }
