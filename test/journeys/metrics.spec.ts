import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { type Scrape, scrape } from "../support/journey.metrics.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const sql = postgres(journey.database.adminUrl, { max: 2 })
afterAll(() => sql.end())

const services = ["api", "outbox-relay", "projector", "coordinator", "notification", "billing"] as const
type ServiceName = (typeof services)[number]
const urlOf = (service: ServiceName) => journey.stack.services.get(service)?.url as string
const { tenant, person } = journey.organisation()
const pm = await person("pm")
const consumer = { consumer: "projector" }

const opened = async () => {
  const { body } = await pm.openSession({ role: "pm" })
  return body.id
}
const projected = async (id: string, version = 1) => pm.readSession(id, { minVersion: version, wait: "10s" })

/** Waits until a service's metrics say so; the last scrape. */
const until = async (service: ServiceName, holds: (metrics: Scrape) => boolean): Promise<Scrape> => {
  let last: Scrape | undefined
  await expect
    .poll(
      async () => {
        last = await scrape(urlOf(service))
        return holds(last)
      },
      { timeout: 25_000 }
    )
    .toBe(true)
  return last as Scrape
}

describe("every metric that operators were promised exists", () => {
  const promised: Readonly<Record<ServiceName, ReadonlyArray<string>>> = {
    api: [
      "sluice_commands_total",
      "sluice_command_duration_seconds_bucket",
      "sluice_batch_commands_bucket",
      "sluice_batch_bytes_bucket",
      "sluice_command_queue",
      "sluice_feed_readers",
      "sluice_feed_lag_seconds",
      "sluice_feed_sent_total",
      "sluice_queued_commands",
      "sluice_parked_commands",
      "sluice_command_stream_filled",
      "sluice_subscribers",
      "sluice_subscriber_behind_events"
    ],
    "outbox-relay": [
      "sluice_outbox_depth",
      "sluice_outbox_oldest_seconds",
      "sluice_relay_published_total",
      "sluice_relay_republished_total",
      "sluice_relay_incarnation",
      "sluice_relay_repairs_total",
      "sluice_outbox_truncate_blocked_total",
      "sluice_lease_owner",
      "sluice_lease_epoch"
    ],
    notification: [
      "sluice_webhook_deliveries_total",
      "sluice_webhook_attempts_total",
      "sluice_webhook_attempt_seconds_bucket",
      "sluice_webhook_oldest_pending_seconds",
      "sluice_webhook_dead",
      "sluice_webhook_disabled_endpoints",
      "sluice_webhook_in_flight",
      "sluice_inbox_created_total",
      "sluice_consumer_lag_seconds",
      "sluice_lease_owner"
    ],
    billing: [
      "sluice_billing_usage_total",
      "sluice_billing_entries_total",
      "sluice_billing_statements_total",
      "sluice_billing_budget_events_total",
      "sluice_billing_conflicts_total",
      "sluice_billing_drift",
      "sluice_consumer_lag_events",
      "sluice_lease_owner"
    ],
    coordinator: [
      "sluice_timers_pending",
      "sluice_timers_late_seconds",
      "sluice_timers_failing",
      "sluice_runs",
      "sluice_phases",
      "sluice_approval_oldest_seconds",
      "sluice_stuck",
      "sluice_consumer_lag_events",
      "sluice_lease_owner",
      "sluice_lease_epoch"
    ],
    projector: [
      "sluice_consumer_lag_events",
      "sluice_consumer_lag_seconds",
      "sluice_consumer_applied_total",
      "sluice_consumer_duplicates_total",
      "sluice_consumer_skipped_total",
      "sluice_consumer_parked_streams",
      "sluice_lease_owner",
      "sluice_lease_epoch"
    ]
  }
  it.each(services)("of %s, with the lag of its event loop and its memory", async (service) => {
    await projected(await opened())
    const { value } = await scrape(urlOf(service))
    const everywhere = ["nodejs_eventloop_lag_seconds", "process_resident_memory_bytes", "process_cpu_seconds_total"]
    const missing = [...promised[service], ...everywhere].filter((name) => Number.isNaN(value(name)))
    expect(missing).toEqual([])
  })
})

describe("they move", () => {
  it("commands by type and outcome, their latency, batches and their bytes", async () => {
    const before = await scrape(urlOf("api"))
    const id = (await pm.openSession({ role: "pm" }, { "idempotency-key": "m" })).body.id
    await pm.openSession({ role: "pm" }, { "idempotency-key": "m" })
    await pm.updateSession(id, { status: "active" })
    await pm.updateSession(id, { status: "active" })
    await pm.updateSession(id, { status: "expired" })
    await pm.updateSession(id, { status: "paused" })
    await pm.updateSession(id, { status: "completed" })
    const after = await scrape(urlOf("api"))
    const grown = (name: string, labels = {}) => after.value(name, labels) - (before.value(name, labels) || 0)
    const commands = (command: string, outcome: string) => grown("sluice_commands_total", { command, outcome })
    expect([commands("session.open", "accepted"), commands("session.open", "replayed")]).toEqual([1, 1])
    expect([
      commands("session.update", "accepted"),
      commands("session.update", "unchanged"),
      commands("session.update", "invalid-transition")
    ]).toEqual([2, 1, 1])
    expect(grown("sluice_command_duration_seconds_count", { command: "session.update" })).toBe(4)
    expect(grown("sluice_command_duration_seconds_sum")).toBeGreaterThan(0)
    expect(grown("sluice_batch_commands_sum")).toBeGreaterThanOrEqual(6)
    expect(grown("sluice_batch_bytes_sum")).toBeGreaterThan(0)
    expect(after.value("sluice_command_queue")).toBe(0)
  })

  it("published and applied, one for each event", async () => {
    const id = await opened()
    await projected(id)
    const [relay, projector] = [await scrape(urlOf("outbox-relay")), await scrape(urlOf("projector"))]
    await pm.updateSession(id, { status: "active" })
    await projected(id, 2)
    const published = relay.value("sluice_relay_published_total") + 1
    await until("outbox-relay", ({ value }) => value("sluice_relay_published_total") === published)
    const applied = projector.value("sluice_consumer_applied_total", consumer) + 1
    await until("projector", ({ value }) => value("sluice_consumer_applied_total", consumer) === applied)
  })

  it("who holds the lease, and under which epoch", async () => {
    for (const service of ["outbox-relay", "projector"] as const) {
      const { samples, value } = await scrape(urlOf(service))
      expect(value("sluice_lease_owner")).toBe(1)
      expect(value("sluice_lease_epoch")).toBeGreaterThan(0)
      expect(samples.filter(({ name }) => name === "sluice_lease_owner")).toHaveLength(1)
    }
  })

  it("the outbox grows while the broker is away, and drains", async () => {
    await journey.broker.stop()
    const ids = await Promise.all(Array.from({ length: 5 }, opened))
    const waiting = await until("outbox-relay", ({ value }) => value("sluice_outbox_depth") === 5)
    expect(waiting.value("sluice_outbox_oldest_seconds")).toBeGreaterThan(0)
    await journey.broker.start()
    for (const id of ids) await projected(id)
    const drained = await until("outbox-relay", ({ value }) => value("sluice_outbox_depth") === 0)
    expect(drained.value("sluice_outbox_oldest_seconds")).toBe(0)
  })

  it("the lag grows while nothing can be applied, and goes", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
    const holding = sql.begin(async (transaction) => {
      await transaction`lock table sluice.audit in access exclusive mode`
      lock()
      await released
    })
    onTestFinished(() => release())
    await locked
    const id = await opened()
    await until(
      "projector",
      ({ value }) =>
        value("sluice_consumer_lag_events", consumer) === 1 && value("sluice_consumer_lag_seconds", consumer) > 0
    )
    release()
    await holding
    await projected(id)
    await until(
      "projector",
      ({ value }) =>
        value("sluice_consumer_lag_events", consumer) === 0 && value("sluice_consumer_lag_seconds", consumer) === 0
    )
  })

  it("incarnation, repairs, republished and duplicates, when the broker has lost everything", async () => {
    const [relay, projector] = [await scrape(urlOf("outbox-relay")), await scrape(urlOf("projector"))]
    const [{ count }] = (await sql`select count(*)::int from sluice.events`) as unknown as [{ count: number }]
    await journey.broker.stop()
    journey.broker.wipeStore()
    await journey.broker.start()
    await projected(await opened())
    const repaired = await until("outbox-relay", ({ value }) => value("sluice_relay_republished_total") >= count)
    const grown = (name: string) => repaired.value(name) - relay.value(name)
    expect([grown("sluice_relay_incarnation"), grown("sluice_relay_repairs_total")]).toEqual([1, 1])
    const seen = projector.value("sluice_consumer_duplicates_total", consumer) || 0
    await until("projector", ({ value }) => value("sluice_consumer_duplicates_total", consumer) >= seen + count)
  })

  it("a stream that cannot be applied is parked, and skipped when somebody says so", async () => {
    const stream = `session-${randomUUID()}`
    const metadata = { actor: { kind: "user", id: "mallory", roles: [] }, correlationId: "c", causationId: "c" }
    const eventId = randomUUID()
    journey.broker.poison(eventId)
    const poison = [0, eventId, "session.opened", 1, { role: 7 }, metadata]
    const command = { id: randomUUID(), tenant, keys: [], streams: [[stream, 0]], events: [poison] }
    await sql`select sluice.append(${sql.json([command])})`
    await until("projector", ({ value }) => value("sluice_consumer_parked_streams", consumer) === 1)
    await projected(await opened())
    await sql`select sluice.parked_skip('projector', ${tenant}, ${stream}, 1, 'ops', 'test')`
    await until(
      "projector",
      ({ value }) =>
        value("sluice_consumer_parked_streams", consumer) === 0 &&
        value("sluice_consumer_skipped_total", consumer) === 1
    )
  })

  it("no tenant and no endpoint stands in any label", async () => {
    const endpoint = "http://127.0.0.1:9/a-hook-of-somebody"
    const body = { name: "hook", endpoint, types: ["session.*"] }
    expect((await pm.ask("POST", "/v1/subscriptions", { body })).status).toBe(201)
    await opened()
    await until("notification", ({ value }) => value("sluice_webhook_attempts_total", { outcome: "unreachable" }) > 0)
    for (const service of services) {
      const { text } = await scrape(urlOf(service))
      expect(text).not.toContain(tenant)
      expect(text).not.toContain("a-hook-of-somebody")
    }
  })
})

describe("health", () => {
  interface Readiness {
    readonly status: string
    readonly checks: Record<string, { readonly ok: boolean; readonly detail?: unknown }>
  }
  const ready = async (service: ServiceName) => {
    const response = await fetch(new URL("/readyz", urlOf(service)))
    return { status: response.status, body: (await response.json()) as Readiness }
  }

  it.each(services)("%s lives and is ready", async (service) => {
    const alive = await fetch(new URL("/healthz", urlOf(service)))
    expect([alive.status, await alive.json()]).toEqual([200, { status: "ok" }])
    await expect
      .poll(() => ready(service), { timeout: 20_000 })
      .toMatchObject({ status: 200, body: { status: "ready" } })
  })

  it("without the broker, relay and projector say that they are not ready; the API still is", async () => {
    await journey.broker.stop()
    for (const service of ["outbox-relay", "projector"] as const) {
      await expect.poll(async () => (await ready(service)).status, { timeout: 20_000 }).toBe(503)
      expect((await fetch(new URL("/healthz", urlOf(service)))).status).toBe(200)
    }
    expect(await ready("api")).toMatchObject({ status: 200, body: { checks: { database: { ok: true } } } })
    await journey.broker.start()
    for (const service of services)
      await expect.poll(async () => (await ready(service)).status, { timeout: 20_000 }).toBe(200)
  })
})
