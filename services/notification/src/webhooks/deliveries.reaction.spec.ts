import { deliveryId } from "@sluice/contracts/delivery/delivery.ids"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { created, newId, notificationStage, opened, told } from "../notification.spec-support.ts"
import { deliveries } from "./deliveries.reaction.ts"

const world = await notificationStage()
const { admin, append, log, settled } = world
let rings = 0
const consumer = world.consume([deliveries(() => rings++)])

interface Row {
  readonly id: string
  readonly event: string
  readonly status: string
}
const rows = (subscription: string) => admin<Row[]>`
  select d.id, e.stream_id as event, d.status from sluice.deliveries d join sluice.events e using (position)
  where subscription_id = ${idOf(subscription)} order by d.position`
const events = async (subscription: string) => (await rows(subscription)).map(({ event }) => event)
const endpoint = async (subscription: string) => {
  const [row] = await admin<
    { status: string; endpoint: string; due: boolean; failing: boolean; secretId: string; previousSecretId: string }[]
  >`
    select status, endpoint, due_at is not null as due, failing_since is not null as failing, secret_id as "secretId",
      previous_secret_id as "previousSecretId"
    from sluice.webhook_endpoints where subscription_id = ${idOf(subscription)}`
  return row
}
const session = async (tenant = "acme"): Promise<string> => {
  const stream = newId("session")
  await append(stream, 0, [opened], tenant)
  return stream
}

it("gives a subscription the events of its tenant that it wants while it is active, and rings", async () => {
  const subscription = newId("subscription")
  const early = await session()
  await append(subscription, 0, [created(["session.*"])])
  const first = await session()
  await session("other")
  await append(newId("approval"), 0, [{ type: "approval.expired", data: {} }])
  await append(subscription, 1, [told("paused")])
  await session()
  await append(subscription, 2, [told("activated")])
  const second = await session()
  const before = rings
  await settled()
  expect(await events(subscription)).toEqual([first, second])
  expect(await events(subscription)).not.toContain(early)
  expect(rings).toBeGreaterThan(before)
  expect(await endpoint(subscription)).toMatchObject({ status: "active", due: true })
  const recorded = (await log()).find(({ streamId }) => streamId === first)
  expect((await rows(subscription))[0]?.id).toBe(deliveryId(idOf(subscription), recorded?.eventId as string))
})

it("sends a test to its own subscription alone, whatever it wants", async () => {
  const [tested, other] = [newId("subscription"), newId("subscription")]
  for (const stream of [tested, other]) await append(stream, 0, [created(["*.*"])])
  await append(tested, 1, [told("test-requested")])
  await settled()
  expect(await events(tested)).toEqual([tested])
  expect(await events(other)).toEqual([])
})

it("makes ended deliveries again on request, and those that are pending not", async () => {
  const subscription = newId("subscription")
  await append(subscription, 0, [created(["session.*"])])
  for (let count = 0; count < 3; count++) await session()
  await settled()
  const [one, two, three] = await rows(subscription)
  await admin`update sluice.deliveries set status = 'delivered', attempts = 1, tries = 1, ended_at = now() where id = ${one?.id as string}`
  await admin`
    update sluice.deliveries set status = 'dead', attempts = 8, tries = 8, ended_at = now(), dead_reason = 'x'
    where id in (${two?.id as string}, ${three?.id as string})`
  await admin`update sluice.webhook_endpoints set due_at = null where subscription_id = ${idOf(subscription)}`
  await append(subscription, 1, [told("redelivery-requested", { deliveryId: one?.id as string })])
  await settled()
  expect((await rows(subscription)).map(({ status }) => status)).toEqual(["pending", "dead", "dead"])
  expect(await endpoint(subscription)).toMatchObject({ due: true })
  await append(subscription, 2, [
    told("dead-redelivery-requested", { since: new Date(Date.now() + 60_000).toISOString() })
  ])
  await settled()
  expect((await rows(subscription)).map(({ status }) => status)).toEqual(["pending", "dead", "dead"])
  await append(subscription, 3, [told("dead-redelivery-requested", { since: "2026-01-01T00:00:00.000Z" })])
  await settled()
  expect(
    await admin`select status, attempts, tries, dead_reason from sluice.deliveries
      where subscription_id = ${idOf(subscription)} order by position`
  ).toEqual([1, 8, 8].map((attempts) => ({ status: "pending", attempts, tries: 0, dead_reason: null })))
})

it.each(["disabled", "deleted"])(
  "ends what is pending dead once it is %s, and keeps the lease of what is under way",
  async (end) => {
    const subscription = newId("subscription")
    await append(subscription, 0, [created(["session.*"])])
    await session()
    await session()
    await settled()
    const [first] = await rows(subscription)
    await admin`update sluice.deliveries set leased_by = 'a', leased_until = now() + interval '1 minute', attempts = 1, tries = 1
    where id = ${first?.id as string}`
    await append(subscription, 1, [
      told(end, end === "disabled" ? { reason: "gone", failingSince: "2026-11-22T00:00:00.000Z" } : {})
    ])
    await session()
    await settled()
    expect(
      await admin`select status, leased_by, dead_reason from sluice.deliveries
      where subscription_id = ${idOf(subscription)} order by position`
    ).toEqual(
      ["a", null].map((leased_by) => ({ status: "dead", leased_by, dead_reason: `The subscription was ${end}` }))
    )
  }
)

it("knows the secrets to sign with, and forgets that an endpoint failed when it is another one", async () => {
  const subscription = newId("subscription")
  await append(subscription, 0, [created(["run.*"], { secretId: "00000000-0000-4000-8000-000000000001" })])
  await append(subscription, 1, [
    told("secret-rotated", {
      secretId: "00000000-0000-4000-8000-000000000002",
      previousUntil: "2026-11-23T00:00:00.000Z"
    })
  ])
  await settled()
  await admin`update sluice.webhook_endpoints set failing_since = now() where subscription_id = ${idOf(subscription)}`
  expect(await endpoint(subscription)).toMatchObject({
    secretId: "00000000-0000-4000-8000-000000000002",
    previousSecretId: "00000000-0000-4000-8000-000000000001"
  })
  await append(subscription, 2, [told("updated", { name: "renamed" })])
  await settled()
  expect(await endpoint(subscription)).toMatchObject({ failing: true })
  await append(subscription, 3, [told("updated", { endpoint: "https://other.example.com/" })])
  await settled()
  expect(await endpoint(subscription)).toMatchObject({ failing: false, endpoint: "https://other.example.com/" })
})

it("tries at once what waits for its next attempt when the endpoint is another one or is taken up again", async () => {
  const subscription = newId("subscription")
  await append(subscription, 0, [created(["session.*"])])
  await session()
  await session()
  await settled()
  const [waiting, leased] = await rows(subscription)
  const wait = async () => {
    await admin`update sluice.deliveries set next_at = now() + interval '10 hours' where id = ${waiting?.id as string}`
    await admin`
      update sluice.deliveries set next_at = now() + interval '10 hours', leased_by = 'a', leased_until = now() + interval '1 minute'
      where id = ${leased?.id as string}`
  }
  const due = async () => {
    const found = await admin<{ due: boolean }[]>`
      select next_at <= clock_timestamp() as due from sluice.deliveries
      where subscription_id = ${idOf(subscription)} order by position`
    return found.map((row) => row.due)
  }
  await wait()
  await append(subscription, 1, [told("updated", { name: "renamed" }), told("paused")])
  await settled()
  expect(await due()).toEqual([false, false])
  await append(subscription, 3, [told("activated")])
  await settled()
  expect(await due()).toEqual([true, false])
  await wait()
  await append(subscription, 4, [told("updated", { endpoint: "https://other.example.com/" })])
  await settled()
  expect(await due()).toEqual([true, false])
})

it("makes up for events that were handled before the subscription was heard of", async () => {
  await consumer.stop()
  const subscription = newId("subscription")
  let broken = true
  const reaction = deliveries(() => {})
  const late = world.consume([
    {
      ...reaction,
      apply: (batch) =>
        broken && batch.some(({ streamId }) => streamId === subscription)
          ? Effect.fail("cannot be applied yet")
          : reaction.apply(batch)
    }
  ])
  await append(subscription, 0, [created(["session.*"])])
  const wanted = await session()
  await append(subscription, 1, [told("paused")])
  await session()
  await settled()
  expect(await admin`select from sluice.consumer_parked where stream_id = ${subscription}`).toHaveLength(1)
  expect(await events(subscription)).toEqual([])
  broken = false
  await admin`select sluice.parked_release('notification', 'acme', ${subscription}, 'spec')`
  await expect.poll(() => events(subscription), { timeout: 10_000 }).toEqual([wanted])
  await late.stop()
})

it("does nothing a second time when events come again", async () => {
  const before = await admin`select id, status, attempts from sluice.deliveries order by id`
  const again = world.consume([deliveries(() => {})])
  await world.publish(await log(), { again: true })
  await admin`select 1`
  await session("third")
  await settled()
  expect(await admin`select id, status, attempts from sluice.deliveries order by id`).toEqual(before)
  await again.stop()
})
