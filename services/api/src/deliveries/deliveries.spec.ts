import { DeliveryWithAttempts } from "@sluice/contracts/delivery/delivery.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { deliveryRows } from "../testing/rows.deliveries.ts"

const { call, token, database } = await runningApi()
const rows = deliveryRows(database.adminUrl)
const stranger = { token: await token({ tenant: "other" }) }
const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"

const subscribe = async (more: object = {}): Promise<string> => {
  const json = { name: "hook", endpoint: "https://example.com/hook", types: ["*.*"], ...more }
  return (await call("/v1/subscriptions", { json })).body.id
}
const redeliver = (id: string, headers = {}) => call(`/v1/deliveries/${id}/redeliver`, { method: "POST", headers })
const eventsOf = (id: string) =>
  rows.sql`select type, data from sluice.events where stream_id = ${`subscription-${id}`} and version > 1 order by version`

describe("reading a delivery", () => {
  it("answers it with every attempt, oldest first", async () => {
    const subscriptionId = await subscribe()
    const id = await rows.insert({ subscriptionId, position: 7 })
    await rows.attempt(id, { attempt: 1, outcome: "forbidden-address", error: "leads inwards" })
    await rows.attempt(id, { attempt: 2, outcome: "unknown" })
    const { status, body } = await call(`/v1/deliveries/${id}`)
    expect(status).toBe(200)
    expect(Schema.is(DeliveryWithAttempts)(body)).toBe(true)
    expect(body).toMatchObject({
      id,
      subscriptionId,
      attempts: 2,
      lastAttempt: { attempt: 2, outcome: "unknown", responseStatus: null },
      attemptLog: [
        { attempt: 1, outcome: "forbidden-address", error: "leads inwards" },
        { attempt: 2, outcome: "unknown" }
      ]
    })
  })

  it("knows nothing of another tenant's, and is for subscriptions:admin", async () => {
    const id = await rows.insert({ subscriptionId: await subscribe(), position: 7 })
    expectProblem(await call(`/v1/deliveries/${id}`, stranger), 404, "delivery-not-found", { deliveryId: id })
    expectProblem(await call(`/v1/deliveries/${unknown}`), 404, "delivery-not-found")
    expectProblem(await call("/v1/deliveries/x"), 400, "bad-request")
    const weak = { token: await token({ scope: "sessions:read" }) }
    expectProblem(await call(`/v1/deliveries/${id}`, weak), 403, "scope-missing")
  })
})

describe("making a delivery again", () => {
  it.each(["dead", "delivered"] as const)("is a command on its subscription: %s", async (status) => {
    const subscriptionId = await subscribe()
    const id = await rows.insert({ subscriptionId, position: 7, status })
    expect(await redeliver(id)).toMatchObject({
      status: 202,
      headers: { etag: '"2"' },
      body: { id: subscriptionId, status: "active", version: 2 }
    })
    expect(await eventsOf(subscriptionId)).toEqual([
      { type: "subscription.redelivery-requested", data: { deliveryId: id } }
    ])
  })

  it("is refused while it is still being tried", async () => {
    const subscriptionId = await subscribe()
    const id = await rows.insert({ subscriptionId, position: 7, status: "pending" })
    expectProblem(await redeliver(id), 409, "delivery-pending", { deliveryId: id })
    expect(await eventsOf(subscriptionId)).toEqual([])
  })

  it("under an Idempotency-Key is asked for once, and answered again though it is pending by then", async () => {
    const subscriptionId = await subscribe()
    const id = await rows.insert({ subscriptionId, position: 7 })
    const key = { "idempotency-key": `again ${id}` }
    const first = await redeliver(id, key)
    await rows.status(id, "pending")
    const again = await redeliver(id, key)
    expect(again).toMatchObject({ status: 202, headers: { "idempotency-replayed": "true", etag: '"2"' } })
    expect(again.body).toEqual(first.body)
    expect(await eventsOf(subscriptionId)).toHaveLength(1)
  })

  it("says first that there is none, then what the input lacks, then why not now", async () => {
    const paused = await subscribe({ active: false })
    const id = await rows.insert({ subscriptionId: paused, position: 7, status: "pending" })
    const odd = { json: { all: true } }
    expectProblem(await call(`/v1/deliveries/${unknown}/redeliver`, odd), 404, "delivery-not-found")
    expectProblem(await call(`/v1/deliveries/${id}/redeliver`, { ...odd, ...stranger }), 404, "delivery-not-found")
    expectProblem(await call(`/v1/deliveries/${id}/redeliver`, odd), 422, "input-refused")
    expectProblem(await redeliver(id), 409, "subscription-inactive", { state: "paused" })
    await call(`/v1/subscriptions/${paused}`, { method: "DELETE" })
    for (const answer of [await redeliver(id), await call(`/v1/deliveries/${id}/redeliver`, odd)])
      expectProblem(answer, 404, "subscription-not-found", { subscriptionId: paused })
  })

  it("holds to If-Match", async () => {
    const id = await rows.insert({ subscriptionId: await subscribe(), position: 7 })
    expectProblem(await redeliver(id, { "if-match": '"9"' }), 412, "precondition-failed", { version: 1 })
  })
})
