import { connect } from "@nats-io/transport-node"
import { WAKE_RELAY } from "@sluice/contracts/event/event.subjects"
import { afterAll, expect, it } from "vitest"
import { runningApi } from "./testing/api.running.ts"

const { call, broker } = await runningApi()
const nats = await connect({ servers: broker.url })
afterAll(() => nats.close())

it("wakes the relay after a commit, and not for what changed nothing", async () => {
  let woken = 0
  nats.subscribe(WAKE_RELAY, { callback: () => void woken++ })
  await nats.flush()
  await expect
    .poll(async () => {
      await call("/v1/sessions", { json: { role: "pm" } })
      return woken
    })
    .toBeGreaterThan(0)
  const before = await settled(() => woken)
  await call("/v1/sessions", { json: {} })
  await call(`/v1/sessions/${crypto.randomUUID()}`, { method: "PUT", json: { status: "active" } })
  expect(await settled(() => woken)).toBe(before)
})

/** What a counter says once everything sent before has arrived: the API answers on a later turn than it publishes. */
const settled = async (read: () => number): Promise<number> => {
  await call("/v1/sessions")
  await nats.flush()
  return read()
}
