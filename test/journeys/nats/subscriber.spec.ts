import { jetstream } from "@nats-io/jetstream"
import { headers } from "@nats-io/transport-node"
import type { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import type { SubscriberView } from "@sluice/contracts/subscriber/subscriber.views"
import { seedOf, tenantKey } from "@sluice/ops/nats/accounts/installation"
import { afterAll, expect, it } from "vitest"
import { personAt } from "../../support/journey.person.ts"
import { journeyStack } from "../../support/journey.stack.ts"
import { connectWith } from "../../support/nats.observer.ts"

/** What the services of the stack do under their own users, and a tenant's subscriber under its own. */

const { stack, broker, api, connectNats } = await journeyStack()
const token = await stack.issuer.sign({ tenant: "acme", sub: "ada", roles: ["pm"], scope: "*", kind: "user" }, "1h")
const stranger = await stack.issuer.sign({ tenant: "globex", sub: "eve", roles: [], scope: "*", kind: "user" }, "1h")
const ada = personAt(api, token)
const eve = personAt(api, stranger)
const seed = seedOf(stack.natsAccounts as string, tenantKey("acme")) as string
const acme = await connectWith(broker.url, seed)
afterAll(() => acme.close())

const asAda = () => {
  const head = headers()
  head.set("Authorization", `Bearer ${token}`)
  return head
}

it("a subscriber that the API made gets 10 of 10 events of its tenant, in order, and no other's", async () => {
  const wanted = { name: "crm", types: ["session.*"] }
  const made = await ada.ask<SubscriberView>("POST", "/v1/subscribers", { body: wanted })
  expect(made.status).toBe(201)
  const ids: Array<string> = []
  for (let n = 0; n < 10; n++) {
    const opened = await ada.openSession({ role: "pm" })
    ids.push(`session-${opened.body.id}`)
    expect((await eve.openSession({ role: "pm" })).status).toBe(201)
  }
  const { durable, stream, apiPrefix } = made.body
  const consumer = await jetstream(acme, { apiPrefix }).consumers.get(stream, durable)
  const events: Array<CloudEvent> = []
  for await (const message of await consumer.consume({ max_messages: 50 })) {
    events.push(message.json<CloudEvent>())
    message.ack()
    if (events.length === 10) break
  }
  expect(events.map(({ subject }) => subject)).toEqual(ids)
  expect(new Set(events.map(({ tenant }) => tenant))).toEqual(new Set(["acme"]))
})

it("a command of the tenant's over NATS is answered by the API, and its event comes to the subscriber", async () => {
  const request = { headers: asAda(), timeout: 10_000 }
  const answer = await acme.request("cmd.acme.session.open", JSON.stringify({ body: { role: "pm" } }), request)
  expect(answer.headers?.get("Sluice-Status")).toBe("201")
  const { id } = answer.json<{ id: string }>()
  const consumer = await jetstream(acme, { apiPrefix: "sluice" }).consumers.get("EVENTS", "acme-s01")
  const next = await consumer.next({ expires: 10_000 })
  expect(next?.json<CloudEvent>().subject).toBe(`session-${id}`)
  next?.ack()
})

it("a queued command is handled, and a refused one is said to the tenant", async () => {
  const refusals: Array<string> = []
  acme.subscribe("rej.acme.>", {
    callback: (_, { subject, data }) => void refusals.push(`${subject} ${data.length > 0}`)
  })
  const keyed = asAda()
  keyed.set("Idempotency-Key", "queued-1")
  const kept = await acme.request("cmdq.acme.session.open", JSON.stringify({ body: { role: "pm" } }), {
    headers: keyed,
    timeout: 5_000
  })
  expect(kept.json()).toMatchObject({ stream: "COMMANDS" })
  const bad = asAda()
  bad.set("Idempotency-Key", "queued-2")
  await acme.request("cmdq.acme.session.open", JSON.stringify({ body: { role: 7 } }), { headers: bad, timeout: 5_000 })
  await expect.poll(() => refusals, { timeout: 15_000 }).toEqual(["rej.acme.session.open true"])
  const consumer = await jetstream(acme, { apiPrefix: "sluice" }).consumers.get("EVENTS", "acme-s01")
  const next = await consumer.next({ expires: 10_000 })
  expect(next?.json<CloudEvent>().type).toBe("sluice.session.opened.v1")
  next?.ack()
})

it("a durable that the broker has lost is made again by the API, and begins with what is kept", async () => {
  const everything = await connectNats()
  await everything.request("$JS.API.CONSUMER.DELETE.EVENTS.acme-s01")
  const js = jetstream(acme, { apiPrefix: "sluice" })
  await expect
    .poll(async () => (await js.consumers.get("EVENTS", "acme-s01").catch(() => undefined)) !== undefined, {
      timeout: 25_000
    })
    .toBe(true)
  const consumer = await js.consumers.get("EVENTS", "acme-s01")
  const first = await consumer.next({ expires: 10_000 })
  expect(first?.json<CloudEvent>().type).toBe("sluice.session.opened.v1")
})
