import { randomUUID } from "node:crypto"
import { accountId } from "@sluice/contracts/billing/billing.ids"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { EventStore } from "@sluice/event-store/store.port"
import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeConsumer } from "@sluice/projection"
import { stage } from "@sluice/projection/consumer.spec-support"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { afterAll } from "vitest"
import { billing } from "./registry.ts"

/** Something that happened in a stream (`session-<uuid>`) at a time of the database's clock; unless told, now. */
export interface Happening {
  readonly stream: string
  readonly type: string
  readonly data: JsonObject
  readonly at?: string
}

/** A stage on which the consumer runs with the rights that the service has. */
export const billingStage = async () => {
  const world = await stage()
  const layer = postgresStoreLayer.pipe(
    Layer.provideMerge(
      Layer.merge(
        Postgres.layer({ url: Redacted.make(world.database.urlFor("sluice_billing")), applicationName: "spec" }),
        Nats.layer({ url: world.server.url, name: "spec" })
      )
    )
  )
  const consume = (batch?: number) => {
    const program = Effect.gen(function* () {
      const running = makeConsumer(billing(yield* EventStore), {
        durable: declaredConsumer("billing"),
        instance: randomUUID(),
        watchEvery: 50,
        lease: { ttl: "1 second", renewEvery: "100 millis" },
        ...(batch === undefined ? {} : { batch })
      })
      return yield* running.run
    })
    const fiber = Effect.runFork(program.pipe(Effect.provide(layer)))
    const stop = () => Effect.runPromise(Fiber.interrupt(fiber))
    afterAll(stop)
    return { stop }
  }
  const happen = async (tenant: string, ...happenings: ReadonlyArray<Happening>): Promise<void> => {
    for (const { stream, type, data, at } of happenings) {
      const [row] = await world.admin<{ version: number }[]>`
        select coalesce(max(version), 0) as version from sluice.events where tenant = ${tenant} and stream_id = ${stream}`
      const version = row?.version ?? 0
      await world.append(stream, version, [{ type, data }], tenant)
      if (at !== undefined)
        await world.admin`
          update sluice.events set recorded_at = ${at} where tenant = ${tenant} and stream_id = ${stream} and version = ${version + 1}`
    }
  }
  /** Everything published and billed, what that led to as well. */
  const settled = async () => {
    for (let round = 0; round < 3; round++) {
      await world.relay()
      await world.caughtUp("billing")
    }
  }
  return { ...world, consume, happen, layer, settled }
}

export const newSession = (): string => `session-${randomUUID()}`
export const newBudget = (): string => `budget-${randomUUID()}`

/** Events of one session, one after the other. */
export const sessionOf = (stream = newSession(), opened: JsonObject = {}) => {
  const event = (name: string, data: JsonObject, at?: string): Happening => ({
    stream,
    type: `session.${name}`,
    data,
    ...(at === undefined ? {} : { at })
  })
  return {
    stream,
    id: stream.slice("session-".length),
    open: (at?: string) => event("opened", { role: "pm", taskId: null, metadata: {}, ...opened }, at),
    to: (name: "activated" | "paused" | "resumed" | "completed", at: string) => event(name, { reason: null }, at),
    use: (quantity: number, at: string, meter = "tokens.input", model: string | null = "m") =>
      event("usage-recorded", { usageId: randomUUID(), meter, quantity, model, at })
  }
}

/** Events of a tenant's account. */
export const accountOf = (tenant: string) => {
  const stream = `billing-${accountId(tenant)}`
  return {
    prices: (
      version: number,
      effectiveFrom: string,
      prices: Readonly<Record<string, string | ReadonlyArray<JsonObject>>>
    ) => ({
      stream,
      type: "billing.prices-published",
      data: {
        version,
        effectiveFrom,
        prices: Object.entries(prices).map(([name, price]) => {
          const [meter = "", model = "*"] = name.split(" ")
          return { meter, model, tiers: typeof price === "string" ? [{ upTo: null, price }] : price }
        })
      }
    }),
    credit: (amount: string) => ({
      stream,
      type: "billing.credited",
      data: { id: randomUUID(), amount, reason: "welcome" }
    }),
    adjust: (amount: string) => ({
      stream,
      type: "billing.adjusted",
      data: { id: randomUUID(), amount, reason: "sorry", corrects: null }
    }),
    close: (month: string) => ({ stream, type: "billing.month-closed", data: { month } })
  }
}
