import { expect, it } from "vitest"
import { type Behaviour, startReceiver } from "../testing/receiver.ts"
import { until, webhooksStage } from "../testing/webhooks.stage.ts"

const world = await webhooksStage()
const receiver = await startReceiver()

/** How many of a path were ever being answered at once. */
const mostOpen = (path: string): number => Math.max(...receiver.received(path).map(({ open }) => open))

it("keeps strict order through failures, with two instances, one at a time", async () => {
  const path = "/strict"
  const tried = new Map<string, number>()
  const failures = new Map<string, number>()
  let hopeless = ""
  const behave: Behaviour = (response, { id }) => {
    const tries = (tried.get(id) ?? 0) + 1
    tried.set(id, tries)
    const fails = id === hopeless || (tried.size % 7 === 0 && tries === 1)
    if (fails) failures.set(id, tries)
    setTimeout(() => response.writeHead(fails ? 500 : 204).end(), 2)
  }
  receiver.behave(path, behave)
  const { id } = await world.endpoint(receiver.url(path), { strictOrder: true })
  const order = (await world.deliver([id], 60)).get(id) ?? []
  hopeless = order[30] ?? ""
  const [first, arrived] = [world.start({ ahead: 8 }), () => receiver.received(path).length]
  await until(() => arrived() >= 10)
  const second = world.start({ ahead: 8 })
  await until(() => arrived() >= 35)
  await first.stop()
  await world.allEnded(id)
  await second.stop()
  expect(await world.counts(id)).toEqual({ delivered: 59, dead: 1 })
  // Each one until it is delivered or dead, and only then the next one.
  const places = receiver.received(path).map((one) => order.indexOf(one.id))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(new Set(places).size).toBe(60)
  expect(places.filter((place) => place === 30)).toHaveLength(3)
  expect(failures.size).toBeGreaterThan(5)
  for (const { id: delivery, status, attempts } of await world.deliveries(id))
    expect(attempts).toBe((failures.get(delivery) ?? 0) + (status === "delivered" ? 1 : 0))
  expect(mostOpen(path)).toBe(1)
})

it("holds up the line, and nothing else, while the first one waits for its next attempt", async () => {
  receiver.behave("/held-up", (response, { before }) => response.writeHead(before === 0 ? 503 : 204).end())
  const [strict, loose] = [
    await world.endpoint(receiver.url("/held-up"), { strictOrder: true }),
    await world.endpoint(receiver.url("/loose"))
  ]
  const engine = world.start({ schedule: [60] })
  await world.deliver([strict.id, loose.id], 10)
  await world.allEnded(loose.id)
  await until(async () => (await world.deliveries(strict.id)).every(({ leasedBy }) => leasedBy === null))
  expect(receiver.received("/held-up")).toHaveLength(1)
  const [first, ...others] = await world.deliveries(strict.id)
  expect(first).toMatchObject({ status: "pending", attempts: 1, tries: 1 })
  expect(first?.nextIn).toBeGreaterThan(50_000)
  for (const other of others) expect(other).toMatchObject({ status: "pending", attempts: 0, tries: 0 })
  await world.admin`
    update sluice.deliveries set next_at = clock_timestamp() where subscription_id = ${strict.id} and id = ${first?.id ?? ""}`
  await world.admin`
    update sluice.webhook_endpoints set due_at = clock_timestamp() where subscription_id = ${strict.id}`
  await world.allEnded(strict.id)
  await engine.stop()
  expect(mostOpen("/held-up")).toBe(1)
})

it("claims what is left as soon as there is room for it", async () => {
  const loose = await world.endpoint(receiver.url("/many"))
  const strict = await world.endpoint(receiver.url("/many-in-order"), { strictOrder: true })
  const engine = world.start({ ahead: 8 })
  for (const { id } of [loose, strict]) {
    const began = performance.now()
    await world.deliver([id], 400)
    await world.allEnded(id)
    // Waiting for the next regular look would take 25 s.
    expect(performance.now() - began).toBeLessThan(12_000)
  }
  await engine.stop()
})

it("posts to an endpoint without strict order side by side, and to no more than its share", async () => {
  receiver.behave("/side", (response) => setTimeout(() => response.end(), 20))
  const { id } = await world.endpoint(receiver.url("/side"))
  const engine = world.start({ perEndpoint: 5 })
  await world.deliver([id], 100)
  await world.allEnded(id)
  await engine.stop()
  expect(mostOpen("/side")).toBe(5)
})

it("gives back what waits for an endpoint as soon as that begins to fail", async () => {
  receiver.behave("/begins-to-fail", (response) => setTimeout(() => response.writeHead(500).end(), 100))
  const { id } = await world.endpoint(receiver.url("/begins-to-fail"))
  const engine = world.start({ perEndpoint: 2, schedule: [60] })
  await world.deliver([id], 60)
  const leased = async () => (await world.deliveries(id)).filter(({ leasedBy }) => leasedBy !== null).length
  await until(async () => (await leased()) > 10)
  await until(async () => (await leased()) <= 4)
  expect(receiver.received("/begins-to-fail").length).toBeLessThan(30)
  await engine.stop()
})

it("delivers to others as ever while one endpoint hangs", async () => {
  receiver.behave("/hanging", () => {})
  const hanging = await world.endpoint(receiver.url("/hanging"))
  const others = await Promise.all(
    Array.from({ length: 5 }, async (_, index) => world.endpoint(receiver.url(`/other/${index}`)))
  )
  const engine = world.start({ timeout: 4_000, lease: 15_000, inAll: 32, schedule: [60] })
  await world.deliver([hanging.id], 200)
  await until(() => receiver.received("/hanging").length > 0)
  const began = performance.now()
  await world.deliver(
    others.map(({ id }) => id),
    100
  )
  for (const { id } of others) await world.allEnded(id)
  expect(performance.now() - began).toBeLessThan(3_500)
  expect(receiver.received("/hanging").length).toBeLessThanOrEqual(4)
  for (const { id } of others) expect(await world.counts(id)).toEqual({ delivered: 100 })
  await engine.stop()
  // What waited behind the first ones went back without an attempt.
  const attempted = (await world.deliveries(hanging.id)).filter(({ attempts }) => attempts > 0)
  expect(attempted).toHaveLength(receiver.received("/hanging").length)
})
