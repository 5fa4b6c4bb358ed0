import { randomBytes, randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { deliveryId } from "@sluice/contracts/delivery/delivery.ids"
import type { AttemptOutcome, DeliveryStatus } from "@sluice/contracts/delivery/delivery.views"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { makePool, Postgres } from "@sluice/postgres"
import { freshKey, makeSealer, SecretsKey } from "@sluice/secrets"
import { testDatabase } from "@sluice/testing"
import { Effect, Fiber, Layer, Redacted, Schema } from "effect"
import { afterAll } from "vitest"
import { makeWake } from "../wake.ts"
import { makeWebhooks, type WebhooksSettings } from "../webhooks/webhooks.loop.ts"
import type { Settled } from "../webhooks/webhooks.settle.ts"

export const TENANT = "acme"
const actor = { kind: "user", id: "somebody", roles: ["pm"] }

export interface DeliveryRow {
  readonly id: string
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly tries: number
  readonly leasedBy: string | null
  readonly deadReason: string | null
  /** Milliseconds from now. */
  readonly nextIn: number
}
export interface AttemptRow {
  readonly attempt: number
  readonly outcome: AttemptOutcome
  readonly responseStatus: number | null
  readonly latencyMillis: number | null
  readonly error: string | null
  readonly answer: string | null
  readonly startedAt: Date
}
export interface StagedEndpoint {
  readonly id: string
  readonly secret: string
}

/** The spec's own time-out ends it. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await sleep(5)
}

/** What specs of webhooks share: a database with endpoints, events and deliveries in it, and engines that start and stop. */
export const webhooksStage = async () => {
  const database = await testDatabase()
  const admin = makePool({ url: Redacted.make(database.adminUrl), applicationName: "spec", max: 2 })
  afterAll(() => admin.end({ timeout: 1 }))
  const secretsKey = freshKey("spec")
  const sealer = makeSealer(Schema.decodeSync(SecretsKey)(secretsKey))
  const url = database.urlFor("sluice_notification")
  const layer = (databaseUrl = url) =>
    postgresStoreLayer.pipe(
      Layer.provideMerge(Postgres.layer({ url: Redacted.make(databaseUrl), applicationName: "webhooks-spec" }))
    )

  const append = async (streamId: string, expected: number, events: ReadonlyArray<readonly [string, JsonObject]>) => {
    const metadata = { actor, correlationId: randomUUID(), causationId: randomUUID() }
    const command = {
      ...{ id: randomUUID(), tenant: TENANT, keys: [], streams: [[streamId, expected]] },
      events: events.map(([type, data]) => [0, randomUUID(), type, 1, data, metadata])
    }
    const [row] = await admin<{ answer: { refused: unknown[] } }[]>`
      select sluice.append(${admin.json([command] as never)}) as answer`
    if (row?.answer.refused.length !== 0) throw new Error(`Append refused: ${JSON.stringify(row)}`)
  }

  /** Keeps a secret of a subscription, as the API does. */
  const keepSecret = async (id: string, secretId: string) => {
    const secret = `whsec_${randomBytes(32).toString("base64")}`
    const { keyName, sealed } = sealer.seal(secret, `${TENANT}/${id}/${secretId}`)
    await admin`
      insert into sluice.webhook_secrets (tenant, subscription_id, secret_id, key_name, sealed)
      values (${TENANT}, ${id}, ${secretId}, ${keyName}, ${Buffer.from(sealed)})`
    return secret
  }

  /** A subscription that exists, and the row that its events lead to. */
  const endpoint = async (url: string, { strictOrder = false } = {}): Promise<StagedEndpoint> => {
    const id = randomUUID()
    const secretId = randomUUID()
    const secret = await keepSecret(id, secretId)
    const created = { name: "spec", endpoint: url, types: ["session.*"], strictOrder, secretId }
    await append(`subscription-${id}`, 0, [["subscription.created", created]])
    await admin`
      insert into sluice.webhook_endpoints (tenant, subscription_id, version, status, endpoint, strict_order, secret_id)
      values (${TENANT}, ${id}, 1, 'active', ${url}, ${strictOrder}, ${secretId})`
    return { id, secret }
  }

  /** That many events to each of these subscriptions, due now; answers the ids of each one's deliveries, by position. */
  const deliver = async (
    subscriptions: ReadonlyArray<string>,
    count = 1
  ): Promise<ReadonlyMap<string, Array<string>>> => {
    const stream = `session-${randomUUID()}`
    const opened = ["session.opened", { role: "pm", taskId: null, metadata: { note: "ünï" } }] as const
    for (let from = 0; from < count; from += 500)
      await append(
        stream,
        from,
        Array.from({ length: Math.min(500, count - from) }, (_, index) =>
          from + index === 0 ? opened : (["session.updated", { metadata: { n: from + index } }] as const)
        )
      )
    const events = await admin<{ position: number; eventId: string; type: string }[]>`
      select position, event_id as "eventId", type from sluice.events where stream_id = ${stream} order by position`
    const ids = new Map(subscriptions.map((id) => [id, events.map(({ eventId }) => deliveryId(id, eventId))]))
    const rows = subscriptions.flatMap((id) =>
      events.map(({ position, eventId, type }) => [deliveryId(id, eventId), id, eventId, position, type, stream])
    )
    await admin.begin(async (sql) => {
      await sql`
        insert into sluice.deliveries (tenant, id, subscription_id, event_id, position, type, stream_id)
        select ${TENANT}, (value ->> 0)::uuid, value ->> 1, (value ->> 2)::uuid, (value ->> 3)::bigint, value ->> 4, value ->> 5
        from jsonb_array_elements(${sql.json(rows as never)})`
      await sql`
        update sluice.webhook_endpoints set due_at = clock_timestamp()
        where subscription_id = any (${[...subscriptions]}::text[]) and (due_at is null or due_at > clock_timestamp())`
    })
    for (const engine of engines) engine.ring()
    return ids
  }

  const deliveries = (subscription: string) => admin<DeliveryRow[]>`
    select id, status, attempts, tries, leased_by as "leasedBy", dead_reason as "deadReason",
      (extract(epoch from next_at - clock_timestamp()) * 1000)::float8 as "nextIn"
    from sluice.deliveries where subscription_id = ${subscription} order by position`
  const attempts = (delivery: string) => admin<AttemptRow[]>`
    select attempt, outcome, response_status as "responseStatus", latency_ms as "latencyMillis", error, answer,
      started_at as "startedAt"
    from sluice.delivery_attempts where delivery_id = ${delivery} order by attempt`
  const counts = async (subscription: string): Promise<Partial<Record<DeliveryStatus, number>>> => {
    const rows = await admin<{ status: DeliveryStatus; count: number }[]>`
      select status, count(*)::int as count from sluice.deliveries where subscription_id = ${subscription} group by status`
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
  }
  const allEnded = (subscription: string) => until(async () => (await counts(subscription)).pending === undefined)
  const eventTypes = async (streamId: string) => {
    const rows = await admin<{ type: string }[]>`
      select type from sluice.events where stream_id = ${streamId} order by position`
    return rows.map(({ type }) => type)
  }

  const engines: Array<{ readonly ring: () => void }> = []
  /** An instance with a pool of its own; `stop` ends it as SIGTERM would. */
  const start = (overrides: Partial<WebhooksSettings> = {}, databaseUrl = url) => {
    const wake = makeWake()
    const settled: Array<Settled> = []
    const instance = overrides.instance ?? randomUUID()
    const webhooks = makeWebhooks({
      ...{ sealer, wake, allowLoopback: true, timeout: 2_000, schedule: [0.05, 0.1], lease: 10_000 },
      onSettled: (some) => settled.push(...some),
      ...overrides,
      instance
    })
    const fiber = Effect.runFork(webhooks.run.pipe(Effect.provide(layer(databaseUrl))))
    const engine = { ring: wake.ring }
    engines.push(engine)
    const stop = async () => {
      if (engines.includes(engine)) engines.splice(engines.indexOf(engine), 1)
      await Effect.runPromise(Fiber.interrupt(fiber))
    }
    afterAll(stop)
    return { instance, settled, status: webhooks.status, stop }
  }

  return {
    ...{ admin, allEnded, append, attempts, counts, database, deliver, deliveries, endpoint, eventTypes, keepSecret },
    ...{ layer, secretsKey, start, url }
  }
}
