import { spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { ManagedRuntime } from "effect"
import { afterAll, expect, it } from "vitest"
import { startGate } from "../testing/gate.ts"
import { type Behaviour, startReceiver } from "../testing/receiver.ts"
import { TENANT, until, webhooksStage } from "../testing/webhooks.stage.ts"
import { type AttemptResult, claimDeliveries, releaseDeliveries, settleAttempts } from "./webhooks.sql.ts"

const world = await webhooksStage()
const receiver = await startReceiver()
const runtime = ManagedRuntime.make(world.layer())
afterAll(() => runtime.dispose())

/** Which ids are being answered, and whether one ever was twice at once. */
const openIds = () => {
  const open = new Map<string, number>()
  let doubled = 0
  let most = 0
  const watch =
    (behave: Behaviour): Behaviour =>
    (response, received) => {
      const count = (open.get(received.id) ?? 0) + 1
      open.set(received.id, count)
      if (count > 1) doubled += 1
      most = Math.max(most, [...open.values()].filter((one) => one > 0).length)
      response.once("close", () => open.set(received.id, (open.get(received.id) ?? 1) - 1))
      behave(response, received)
    }
  return { watch, doubled: () => doubled, most: () => most }
}

it("has no delivery under way twice at once where two instances share the work", async () => {
  const ids = openIds()
  const endpoints = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const path = `/shared/${index}`
      const failed = new Set<string>()
      receiver.behave(
        path,
        ids.watch((response, { id, before }) => {
          const fails = index % 2 === 0 && before % 5 === 0 && !failed.has(id)
          if (fails) failed.add(id)
          setTimeout(() => response.writeHead(fails ? 500 : 204).end(), (before * 7) % 20)
        })
      )
      return { ...(await world.endpoint(receiver.url(path))), path }
    })
  )
  const engines = [world.start({ ahead: 20 }), world.start({ ahead: 20 })]
  await world.deliver(
    endpoints.map(({ id }) => id),
    150
  )
  for (const { id } of endpoints) await world.allEnded(id)
  for (const engine of engines) await engine.stop()
  for (const { id, path } of endpoints) {
    expect(await world.counts(id)).toEqual({ delivered: 150 })
    const rows = await world.deliveries(id)
    const arrived = Map.groupBy(receiver.received(path), (one) => one.id)
    for (const row of rows) expect(arrived.get(row.id)).toHaveLength(row.attempts)
    expect(arrived.size).toBe(150)
  }
  expect(ids.doubled()).toBe(0)
  for (const { settled } of engines) expect(settled.length).toBeGreaterThan(0)
})

it("never waits for a row that somebody has locked", async () => {
  const [free, locked, half] = [
    await world.endpoint(receiver.url("/free")),
    await world.endpoint(receiver.url("/locked")),
    await world.endpoint(receiver.url("/half-locked"))
  ]
  const ids = await world.deliver([free.id, locked.id, half.id], 20)
  const [one = ""] = ids.get(half.id) ?? []
  await world.admin.begin(async (sql) => {
    await sql`select from sluice.webhook_endpoints where subscription_id = ${locked.id} for update`
    await sql`select from sluice.deliveries where id = ${one} for update`
    const engine = world.start()
    await world.allEnded(free.id)
    await until(async () => (await world.counts(half.id)).delivered === 19)
    await engine.stop()
  })
  expect(receiver.received("/locked")).toEqual([])
  expect(receiver.received("/half-locked").map(({ id }) => id)).not.toContain(one)
  const engine = world.start()
  await world.allEnded(locked.id)
  await world.allEnded(half.id)
  await engine.stop()
})

it("takes over what an instance had that was killed, and says that nobody knows how that went", async () => {
  const path = "/killed"
  const settings = { lease: 1_500, timeout: 500, schedule: [0.05, 0.05, 0.05] }
  receiver.behave(path, (response, { before }) => {
    if (before >= 10) response.writeHead(204).end()
  })
  const { id } = await world.endpoint(receiver.url(path))
  await world.deliver([id], 60)
  const program = fileURLToPath(new URL("../testing/webhooks.program.ts", import.meta.url))
  const child = spawn(
    process.execPath,
    [program, world.database.urlFor("sluice_notification"), world.secretsKey, JSON.stringify(settings)],
    { stdio: "inherit" }
  )
  afterAll(() => child.kill("SIGKILL"))
  await until(() => receiver.received(path).length >= 10)
  child.kill("SIGKILL")
  await once(child, "exit")
  const left = (await world.deliveries(id)).filter(({ leasedBy }) => leasedBy !== null)
  expect(left.length).toBeGreaterThan(0)
  const engine = world.start(settings)
  await world.allEnded(id)
  await engine.stop()
  expect(await world.counts(id)).toEqual({ delivered: 60 })
  expect(new Set(receiver.received(path).map((one) => one.id)).size).toBe(60)
  for (const row of await world.deliveries(id)) {
    const attempts = await world.attempts(row.id)
    expect(attempts.map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: row.attempts }, (_, index) => index + 1)
    )
    expect(attempts.at(-1)?.outcome).toBe("delivered")
  }
  for (const { id: delivery } of left) expect((await world.attempts(delivery))[0]?.outcome).toBe("unknown")
})

it("begins no post whose lease might end before it does", async () => {
  const path = "/long-queue"
  receiver.behave(path, (response) => setTimeout(() => response.end(), 300))
  const { id } = await world.endpoint(receiver.url(path))
  const settings = { lease: 2_000, timeout: 500, perEndpoint: 1 }
  const engines = [world.start(settings), world.start(settings)]
  await world.deliver([id], 20)
  await world.allEnded(id)
  for (const engine of engines) await engine.stop()
  expect(receiver.received(path)).toHaveLength(20)
  for (const row of await world.deliveries(id))
    expect(row).toMatchObject({ status: "delivered", attempts: 1, tries: 1 })
})

it("gives a delivery up whose last attempt was lost", async () => {
  const { id } = await world.endpoint(receiver.url("/lost"))
  await world.deliver([id])
  const limits = { room: 10, ahead: 10, failing: 10, lease: 1, tries: 1, held: {} }
  await runtime.runPromise(claimDeliveries("gone", limits))
  await sleep(5)
  const claim = await runtime.runPromise(claimDeliveries("other", limits))
  expect(claim).toMatchObject({ unknown: 1, dead: 1, endpoints: [] })
  expect(await world.deliveries(id)).toMatchObject([
    { status: "dead", attempts: 1, deadReason: "Every attempt failed" }
  ])
})

it("lets nobody store or release what has passed on to somebody else", async () => {
  const { id } = await world.endpoint(receiver.url("/stale"))
  await world.deliver([id])
  const limits = { room: 10, ahead: 10, failing: 10, lease: 1, tries: 3, held: {} }
  const first = await runtime.runPromise(claimDeliveries("first", limits))
  const [[deliveryId = ""] = []] = first.endpoints[0]?.deliveries ?? []
  await sleep(5)
  await runtime.runPromise(claimDeliveries("second", { ...limits, lease: 60_000 }))
  const result: AttemptResult = {
    ...{ tenant: TENANT, subscriptionId: id, deliveryId, attempt: 1, outcome: "delivered", ago: 3 },
    ...{ responseStatus: 200, latencyMillis: 3, error: null, answer: "", retryAfter: null }
  }
  const settle = (instance: string, attempt: number) =>
    runtime.runPromise(settleAttempts(instance, [{ ...result, attempt }], 1_000, false))
  const key = { tenant: TENANT, subscriptionId: id, deliveryId, delay: 0 }
  for (const attempt of [1, 2]) {
    expect((await settle("first", attempt)).settled).toEqual([])
    await runtime.runPromise(releaseDeliveries("first", [{ ...key, attempt }]))
  }
  expect((await settle("second", 1)).settled).toEqual([])
  expect(await world.deliveries(id)).toMatchObject([{ status: "pending", attempts: 2, leasedBy: "second" }])
  expect((await world.attempts(deliveryId))[0]).toMatchObject({ attempt: 1, outcome: "unknown" })
  expect((await settle("second", 2)).settled).toEqual([[0, "delivered"]])
  expect((await settle("second", 2)).settled).toEqual([])
  expect(await world.deliveries(id)).toMatchObject([{ status: "delivered", attempts: 2, leasedBy: null }])
})

it("notes how a delivery went that was buried while under way, and believes it when it arrived", async () => {
  const { id } = await world.endpoint(receiver.url("/buried"))
  await world.deliver([id], 2)
  const limits = { room: 10, ahead: 10, failing: 10, lease: 60_000, tries: 3, held: {} }
  const claim = await runtime.runPromise(claimDeliveries("me", limits))
  await world.admin`
    update sluice.deliveries set status = 'dead', ended_at = clock_timestamp(), dead_reason = 'The subscription was deleted'
    where subscription_id = ${id}`
  const results = (claim.endpoints[0]?.deliveries ?? []).map(
    ([deliveryId, attempt], index): AttemptResult => ({
      ...{
        tenant: TENANT,
        subscriptionId: id,
        deliveryId,
        attempt,
        outcome: index === 0 ? "delivered" : "refused",
        ago: 3
      },
      ...{ responseStatus: index === 0 ? 200 : 500, latencyMillis: 3, error: null, answer: "", retryAfter: 1_000 }
    })
  )
  await runtime.runPromise(settleAttempts("me", results, 1_000_000, false))
  expect(await world.deliveries(id)).toMatchObject([
    { status: "delivered", leasedBy: null, deadReason: null },
    { status: "dead", leasedBy: null, deadReason: "The subscription was deleted" }
  ])
  for (const { deliveryId } of results) expect(await world.attempts(deliveryId)).toHaveLength(1)
})

it("finishes what is under way when it is stopped, and gives the rest back untouched", async () => {
  const path = "/stopping"
  receiver.behave(path, (response) => setTimeout(() => response.end(), 2_500))
  const { id } = await world.endpoint(receiver.url(path))
  const engine = world.start({ perEndpoint: 4, timeout: 5_000 })
  await world.deliver([id], 50)
  await until(() => receiver.received(path).length === 4)
  await engine.stop()
  const rows = await world.deliveries(id)
  const arrived = new Set(receiver.received(path).map((one) => one.id))
  expect(arrived.size).toBe(4)
  for (const row of rows)
    expect(row).toMatchObject(
      arrived.has(row.id)
        ? { status: "delivered", attempts: 1, leasedBy: null }
        : { status: "pending", attempts: 0, tries: 0, leasedBy: null }
    )
})

it("goes on once the database is back", async () => {
  const path = "/outage"
  receiver.behave(path, (response) => setTimeout(() => response.end(), 5))
  const { id } = await world.endpoint(receiver.url(path))
  const gate = await startGate(Number(new URL(world.url).port))
  const through = new URL(world.url)
  through.host = `127.0.0.1:${gate.port}`
  const engine = world.start({ lease: 3_000, timeout: 500 }, through.href)
  await world.deliver([id], 600)
  await until(() => receiver.received(path).length > 50)
  for (let outage = 0; outage < 3; outage++) {
    gate.shut()
    await until(() => engine.status().state === "waiting")
    gate.open()
    await until(() => engine.status().state === "delivering")
  }
  await world.allEnded(id)
  expect(engine.status()).toEqual({ state: "delivering" })
  await engine.stop()
  expect(await world.counts(id)).toEqual({ delivered: 600 })
  expect(new Set(receiver.received(path).map((one) => one.id)).size).toBe(600)
})
