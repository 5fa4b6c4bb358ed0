import { AckPolicy, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import { connect, headers } from "@nats-io/transport-node"
import { SubscriberView } from "@sluice/contracts/subscriber/subscriber.views"
import { declaredConsumer, declaredStream, EVENTS, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { registry } from "@sluice/telemetry/metrics"
import { Effect, Layer, Logger, Redacted, Schema } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { mendOnce } from "./subscribers.loop.ts"

const { call, token, broker, database } = await runningApi()
const nc = await connect({ servers: broker.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
afterAll(() => nc.close())
let manager: JetStreamManager
beforeAll(async () => {
  manager = await jetstreamManager(nc)
  await manager.streams.add(declaredStream(EVENTS))
  await manager.consumers.add(EVENTS, declaredConsumer("projector").config)
})

const mend = Effect.gen(function* () {
  yield* (yield* Nats).connection
  yield* mendOnce
}).pipe(
  Effect.provide(
    Layer.merge(
      Nats.layer({ url: broker.url, name: "mending" }),
      Postgres.layer({ url: Redacted.make(database.urlFor("sluice_api")), applicationName: "mending", max: 1 })
    ).pipe(Layer.provideMerge(Logger.layer([])))
  )
)

const keyed = (key?: string) => (key === undefined ? {} : { headers: { "idempotency-key": key } })

/** A tenant of its own. */
let tenants = 0
const tenant = async () => {
  const name = `t${++tenants}`
  const as = await token({ tenant: name })
  return {
    name,
    add: (body: unknown, key?: string) => call("/v1/subscribers", { token: as, json: body, ...keyed(key) }),
    list: () => call("/v1/subscribers", { token: as }),
    read: (subscriber: string) => call(`/v1/subscribers/${subscriber}`, { token: as }),
    remove: (subscriber: string, key?: string) =>
      call(`/v1/subscribers/${subscriber}`, { token: as, method: "DELETE", ...keyed(key) })
  }
}

const durables = async (): Promise<ReadonlyArray<string>> => {
  const names: Array<string> = []
  for await (const { name } of manager.consumers.list(EVENTS)) names.push(name)
  return names.toSorted()
}

/** Of what is no event of ours. */
const foreign = () => {
  const head = headers()
  head.set("Nats-Msg-Id", `foreign-${crypto.randomUUID()}`)
  return head
}

describe("a subscriber", () => {
  it("is told how to connect, and has a durable that fits", async () => {
    const { name, add, read, list } = await tenant()
    const made = await add({ name: "crm", types: ["approval.*"] })
    expect(made.status).toBe(201)
    expect(made.headers.location).toBe("/v1/subscribers/crm")
    expect(Schema.decodeUnknownSync(SubscriberView, { onExcessProperty: "error" })(made.body)).toMatchObject({
      name: "crm",
      types: ["approval.*"],
      account: `T-${name}`,
      stream: "EVENTS",
      durable: `${name}-s01`,
      apiPrefix: "sluice",
      servers: [broker.url],
      filterSubject: `evt.${name}.approval.*.*`
    })
    const { config } = await manager.consumers.info(EVENTS, `${name}-s01`)
    expect(config).toMatchObject({
      durable_name: `${name}-s01`,
      filter_subject: `evt.${name}.approval.*.*`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: 30e9,
      max_ack_pending: 1000,
      deliver_policy: "all"
    })
    expect(config.deliver_subject).toBeUndefined()
    expect((await read("crm")).body).toEqual(made.body)
    expect((await list()).body).toEqual({ items: [made.body] })
  })

  it("is removed once under a key, also by a repeat that comes when there is another one of its name", async () => {
    const { add, remove, read } = await tenant()
    const crm = { name: "crm", types: ["approval.*"] }
    // A refusal keeps no key.
    expectProblem(await remove("crm", "k"), 404, "subscriber-not-found")
    await add(crm)
    expect((await remove("crm", "k")).status).toBe(204)
    expect((await remove("crm", "k")).status).toBe(204)
    await add(crm)
    expect((await remove("crm", "k")).status).toBe(204)
    expect((await read("crm")).status).toBe(200)
  })

  it("is not added or removed under a key that stands for something else", async () => {
    const { add, remove, list } = await tenant()
    const made = await add({ name: "crm", types: ["approval.*"] }, "k")
    expect(made.status).toBe(201)
    expect(await add({ name: "crm", types: ["approval.*"] }, "k")).toMatchObject({ status: 200, body: made.body })
    expectProblem(await add({ name: "erp", types: ["approval.*"] }, "k"), 422, "idempotency-key-reused")
    expectProblem(await remove("crm", "k"), 422, "idempotency-key-reused")
    expect((await list()).body.items).toEqual([made.body])
    const twins = await Promise.all(["a", "b"].map((name) => add({ name, types: ["run.*"] }, "at once")))
    expect(twins.map(({ status }) => status).toSorted()).toEqual([201, 422])
  })

  it("is there once, however often it is added; for other types it is another one's name", async () => {
    const { add } = await tenant()
    const first = await add({ name: "crm", types: ["approval.*", "run.started"] })
    const again = await add({ name: "crm", types: ["run.started", "approval.*"] })
    expect(again).toMatchObject({ status: 200, body: first.body })
    expectProblem(await add({ name: "crm", types: ["approval.*"] }), 409, "subscriber-differs", {
      types: ["approval.*", "run.started"]
    })
    const both = await Promise.all([1, 2].map(() => add({ name: "twin", types: ["run.*"] })))
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 201])
  })

  it.each([
    [["approval.*"], "approval.*.*"],
    [["approval.requested"], "approval.requested.*"],
    [["*.completed"], "*.completed.*"],
    [["approval.requested", "approval.approved"], "approval.*.*"],
    [["run.completed", "session.completed"], "*.completed.*"],
    [["run.completed", "approval.requested"], "*.*.*"]
  ])("of %j gets the smallest subject that covers them", async (types, filter) => {
    const { name, add } = await tenant()
    expect((await add({ name: "x", types })).body.filterSubject).toBe(`evt.${name}.${filter}`)
  })

  it("that cannot be is refused with every reason", async () => {
    const { add, list } = await tenant()
    const bad = { name: "Crm!", types: ["approval.*", "nothing.*", "approval", "approval.*.more", ">"], extra: 1 }
    const refused = await add(bad)
    expectProblem(refused, 422, "input-refused")
    expect(pointers(refused).toSorted()).toEqual(["/extra", "/name", "/types/1", "/types/2", "/types/3", "/types/4"])
    expectProblem(await add({ name: "crm", types: [] }), 422, "input-refused")
    expect((await list()).body).toEqual({ items: [] })
  })

  it("is its own tenant's alone, and only for who may", async () => {
    const one = await tenant()
    const other = await tenant()
    await one.add({ name: "crm", types: ["approval.*"] })
    expectProblem(await other.read("crm"), 404, "subscriber-not-found")
    expectProblem(await other.remove("crm"), 404, "subscriber-not-found")
    expect((await other.list()).body).toEqual({ items: [] })
    const poor = await token({ tenant: one.name, scope: "sessions:read" })
    expectProblem(await call("/v1/subscribers", { token: poor }), 403, "scope-missing")
    expect((await one.read("crm")).status).toBe(200)
  })

  it("has one of 16 slots, and leaves it when it goes", async () => {
    const { name, add, remove, list } = await tenant()
    for (let n = 1; n <= 16; n++) expect((await add({ name: `s${n}`, types: ["run.*"] })).status).toBe(201)
    expectProblem(await add({ name: "one-more", types: ["run.*"] }), 409, "subscribers-used-up", { maximum: 16 })
    expect((await remove("s7")).status).toBe(204)
    expectProblem(await remove("s7"), 404, "subscriber-not-found")
    expect(await durables()).not.toContain(`${name}-s07`)
    const next = await add({ name: "one-more", types: ["session.*"] })
    expect(next).toMatchObject({ status: 201, body: { durable: `${name}-s07` } })
    expect((await list()).body.items).toHaveLength(16)
  })

  it("does not take over what was delivered to who had its slot before", async () => {
    const { name, add } = await tenant()
    await manager.consumers.add(EVENTS, {
      durable_name: `${name}-s01`,
      ack_policy: AckPolicy.Explicit,
      filter_subject: `evt.${name}.approval.*.*`
    })
    await nc.request(`evt.${name}.approval.requested.1`, "{}", { headers: foreign(), timeout: 2_000 })
    await nc.request(`$JS.API.CONSUMER.MSG.NEXT.EVENTS.${name}-s01`, "1", { noMux: true, timeout: 2_000 })
    await add({ name: "crm", types: ["approval.*"] })
    expect(await manager.consumers.info(EVENTS, `${name}-s01`)).toMatchObject({ num_pending: 1, num_ack_pending: 0 })
  })
})

describe("durables", () => {
  it("are made again when the broker has lost them, and go when nobody has them; a service's own is left alone", async () => {
    const { name, add } = await tenant()
    await add({ name: "crm", types: ["approval.*"] })
    await add({ name: "erp", types: ["run.*"] })
    const before = await durables()
    await manager.consumers.delete(EVENTS, `${name}-s01`)
    await manager.consumers.add(EVENTS, { durable_name: "nobody-s03", ack_policy: AckPolicy.Explicit })
    await Effect.runPromise(mend)
    expect(await durables()).toEqual(before)
    expect((await manager.consumers.info(EVENTS, `${name}-s01`)).config.filter_subject).toBe(`evt.${name}.approval.*.*`)
    expect(before).toContain("projector")

    await manager.streams.delete(EVENTS)
    await Effect.runPromise(mend)
    await manager.streams.add(declaredStream(EVENTS))
    await Effect.runPromise(mend)
    expect(await durables()).toEqual(before.filter((durable) => durable !== "projector"))
  })

  it("say how far behind the furthest subscriber is, without saying whose it is", async () => {
    const [one, other] = [await tenant(), await tenant()]
    await one.add({ name: "crm", types: ["approval.*"] })
    await other.add({ name: "erp", types: ["approval.*"] })
    for (let count = 0; count < 7; count++)
      await nc.request(`evt.${one.name}.approval.requested.1`, "{}", { headers: foreign(), timeout: 2_000 })
    await nc.request(`evt.${other.name}.approval.requested.1`, "{}", { headers: foreign(), timeout: 2_000 })
    await Effect.runPromise(mend)
    const shown = await registry.getSingleMetricAsString("sluice_subscriber_behind_events")
    expect(shown).toMatch(/^sluice_subscriber_behind_events 7$/m)
    const there = (await durables()).filter((durable) => /-s\d\d$/.test(durable))
    expect(await registry.getSingleMetricAsString("sluice_subscribers")).toMatch(
      new RegExp(`^sluice_subscribers ${there.length}$`, "m")
    )
  })

  it("are left alone while the broker is away, and so is the table: 503, and nothing half done", async () => {
    const { name, add, remove, list, read } = await tenant()
    await add({ name: "crm", types: ["approval.*"] })
    await broker.stop()
    await expect.poll(async () => (await add({ name: "erp", types: ["run.*"] })).status).toBe(503)
    expectProblem(await remove("crm"), 503, "unavailable")
    expect((await read("crm")).status).toBe(200)
    expect((await list()).body.items).toHaveLength(1)
    await broker.start()
    await expect.poll(async () => (await add({ name: "erp", types: ["run.*"] })).status, { timeout: 10_000 }).toBe(201)
    expect(await durables()).toContain(`${name}-s02`)
  })
})
