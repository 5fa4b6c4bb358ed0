import { randomUUID } from "node:crypto"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { EventStore } from "@sluice/event-store/store.port"
import { declaredConsumer } from "@sluice/messaging"
import { makeConsumer } from "@sluice/projection"
import { until } from "@sluice/projection/consumer.spec-support"
import { Effect, Fiber, Layer, Logger } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { conflicts } from "../billing.metrics.ts"
import { accountOf, billingStage, sessionOf } from "../billing.spec-support.ts"
import { billing } from "../registry.ts"

const world = await billingStage()
const { admin, happen } = world

const errors: Array<unknown> = []
const listening = Logger.make(({ logLevel, message }) => void (logLevel === "Error" && errors.push(message)))
const fiber = Effect.runFork(
  Effect.gen(function* () {
    const settings = { durable: declaredConsumer("billing"), instance: randomUUID(), watchEvery: 50 }
    return yield* makeConsumer(billing(yield* EventStore), settings).run
  }).pipe(Effect.provide(Layer.merge(world.layer, Logger.layer([listening]))))
)
afterAll(() => Effect.runPromise(Fiber.interrupt(fiber)))

/** Once everything that the broker holds is handled. */
const handled = () =>
  until(async () => {
    const { state } = await world.manager.streams.info("EVENTS")
    return Number((await world.checkpoint("billing"))?.sequence ?? 0) >= state.last_seq
  })
const comesAgain = async (...events: ReadonlyArray<RecordedEvent>): Promise<void> => {
  await world.publish(events, { again: true })
  await handled()
}
const counted = async (): Promise<number> => (await conflicts.get()).values[0]?.value ?? 0
const kept = async () => ({
  usage: await admin`select * from sluice.billing_usage order by position`,
  ledger: await admin`select * from sluice.billing_ledger order by position, line`,
  months: await admin`select * from sluice.billing_months order by kind, meter`,
  parked: await admin`select stream_id from sluice.consumer_parked`
})

const one = sessionOf()
const book = accountOf("acme")
await happen(
  "acme",
  book.prices(1, "2026-01-01T00:00:00.000Z", { "tokens.input": "3" }),
  one.open(),
  one.use(10, "2026-02-01T00:00:00.000Z"),
  one.use(20, "2026-02-01T00:00:00.000Z"),
  { stream: `approval-${randomUUID()}`, type: "approval.cancelled", data: { reason: "no" } },
  book.credit("5")
)
await world.relay()
await handled()
const log = await world.log()
const [, , used, usedMore, cancelled, credited] = log as ReadonlyArray<RecordedEvent> as [
  ...[RecordedEvent, RecordedEvent, RecordedEvent, RecordedEvent, RecordedEvent, RecordedEvent]
]
const before = await kept()

describe("an event that comes again", () => {
  it("as it was is no conflict", async () => {
    const count = await counted()
    await comesAgain(...log, ...log)
    await comesAgain({ ...used, data: Object.fromEntries(Object.entries(used.data).toReversed()) })
    expect([await counted(), errors]).toEqual([count, []])
    expect(await kept()).toEqual(before)
  })

  it("as the log has it, with keys that nobody knows any more, is no conflict", async () => {
    const count = await counted()
    await admin`update sluice.events set data = data || '{"former": 1}' where position = ${usedMore.position}`
    await comesAgain({ ...usedMore, data: { ...usedMore.data, former: 1 } }, usedMore)
    expect([await counted(), errors]).toEqual([count, []])
  })

  it.each([
    ["with another quantity", { ...used, data: { ...used.data, quantity: 1000 } }],
    ["for another meter", { ...usedMore, data: { ...usedMore.data, meter: "tokens.output" } }],
    ["with more money", { ...credited, data: { ...credited.data, amount: "500" } }],
    ["as an event of another type", { ...used, type: "session.completed", data: { reason: null } }]
  ] as const)("%s posts nothing, counts and is told", async (_, event) => {
    const count = await counted()
    errors.length = 0
    await comesAgain(event as RecordedEvent)
    expect(await counted()).toBe(count + 1)
    const { tenant, streamId, position, eventId, type } = event
    expect(errors).toEqual([
      ["An event came again with other content; nothing was posted", { tenant, streamId, position, eventId, type }]
    ])
    expect(await kept()).toEqual(before)
  })

  it("among others that are new keeps none of them from being billed", async () => {
    const count = await counted()
    await happen("acme", one.use(7, "2026-02-01T00:00:00.000Z"))
    const [newest] = await world.log(log.at(-1)?.position)
    await comesAgain({ ...used, data: { ...used.data, quantity: 1000 } }, newest as RecordedEvent, used)
    expect(await counted()).toBe(count + 1)
    const ledger = await admin<{ amount: string }[]>`
      select amount from sluice.billing_ledger where meter = 'tokens.input' order by position`
    expect(ledger.map(({ amount }) => amount)).toEqual(["30", "60", "21"])
  })

  it("and is not billed may say what it likes", async () => {
    const count = await counted()
    await comesAgain({ ...cancelled, data: { reason: "yes" } })
    expect(await counted()).toBe(count)
  })
})
