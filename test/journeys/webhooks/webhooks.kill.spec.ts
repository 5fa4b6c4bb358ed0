import type { SubscriptionWithSecret } from "@sluice/contracts/subscription/subscription.views"
import { answering, startReceiver, verify } from "@sluice/notification-service/testing/receiver"
import { verify as verifyAll } from "@sluice/ops/cli/verify/verify"
import { operatorKey } from "@sluice/ops/nats/accounts/installation"
import { Effect } from "effect"
import postgres from "postgres"
import { afterAll, expect, it } from "vitest"
import { journeyStack } from "../../support/journey.stack.ts"

/** 20 endpoints × 500 events: the service dies in the middle of them, again and again, and another instance goes on. */
const endpoints = 20
const events = 500

const { stack, deaths, database, organisation } = await journeyStack({
  env: { WEBHOOK_RETRY_SECONDS: "1,1,1,2,2,2,2", WEBHOOK_TIMEOUT_SECONDS: "2" }
})
const receiver = await startReceiver()
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const pathOf = (index: number) => `/hook/${index}`
const isStrict = (index: number) => index < 4

it("delivers every event to every endpoint at least once, whatever dies on the way", { timeout: 180_000 }, async () => {
  const { tenant, person } = organisation()
  const ada = await person("ada", { roles: ["pm"] })
  const subscriptions: Array<SubscriptionWithSecret> = []
  for (let index = 0; index < endpoints; index++) {
    const { status, body } = await ada.ask<SubscriptionWithSecret>("POST", "/v1/subscriptions", {
      body: {
        name: `erp ${index}`,
        endpoint: receiver.url(pathOf(index)),
        types: ["session.opened"],
        strictOrder: isStrict(index)
      }
    })
    expect(status).toBe(201)
    subscriptions.push(body)
    // Every third one fails now and then.
    if (index % 3 === 0)
      receiver.behave(pathOf(index), (response, one) => answering(one.before % 50 === 7 ? 500 : 204)(response, one))
  }
  const opened: Array<string> = []
  for (let page = 0; page < events / 50; page++) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ada.openSession({ role: "pm", metadata: { page } }))
    )
    opened.push(...answers.map(({ body }) => body.id))
  }
  const total = () => subscriptions.reduce((sum, _, index) => sum + receiver.received(pathOf(index)).length, 0)
  const first = stack.services.get("notification")
  const second = await stack.addService("notification", "second")
  const victims = [first, second, first, second, first]
  for (const [round, victim] of victims.entries()) {
    await expect.poll(total, { timeout: 60_000, interval: 5 }).toBeGreaterThan(500 + round * 1_700)
    await victim?.kill()
    await victim?.start()
  }
  const ended = async () => {
    const [row] = await sql<{ delivered: number; all: number }[]>`
      select count(*) filter (where status = 'delivered')::int as delivered, count(*)::int as all from sluice.deliveries
      where tenant = ${tenant}`
    return row
  }
  await expect
    .poll(ended, { timeout: 120_000, interval: 200 })
    .toEqual({ delivered: endpoints * events, all: endpoints * events })

  const log = await sql<{ eventId: string; streamId: string; position: number }[]>`
    select event_id as "eventId", stream_id as "streamId", position::int as position from sluice.events
    where type = 'session.opened' and tenant = ${tenant} order by position`
  expect(log.map(({ streamId }) => streamId.slice("session-".length)).toSorted()).toEqual(opened.toSorted())
  for (const [index, subscription] of subscriptions.entries()) {
    const got = receiver.received(pathOf(index))
    const positions = new Map<string, number>()
    for (const one of got) {
      const event = verify(subscription.secret as string, one) as { id: string; position: number }
      const known = positions.get(one.id)
      if (known === undefined) positions.set(one.id, event.position)
      else expect(known, "an id stands for one event").toBe(event.position)
    }
    // Every event, each under one id.
    expect([...positions.values()].toSorted((a, b) => a - b)).toEqual(log.map(({ position }) => position))
    if (isStrict(index)) {
      const first = [...positions.values()] // in the order of their first arrival
      expect(first).toEqual(first.toSorted((a, b) => a - b))
    }
  }

  // What is written down of attempts is what arrived: no arrival without an attempt, and those that nobody knows say so.
  const attempts = await sql<{ id: string; outcomes: ReadonlyArray<string>; attempts: number }[]>`
    select d.id, d.attempts, array_agg(a.outcome order by a.attempt) as outcomes
    from sluice.deliveries d join sluice.delivery_attempts a on a.tenant = d.tenant and a.delivery_id = d.id
    where d.tenant = ${tenant} group by d.tenant, d.id`
  const arrivals = new Map<string, number>()
  for (let index = 0; index < endpoints; index++)
    for (const { id } of receiver.received(pathOf(index))) arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
  const known = new Set(["delivered", "refused", "unknown", "interrupted", "timeout", "unreachable"])
  for (const { id, outcomes, attempts: begun } of attempts) {
    const came = arrivals.get(id) ?? 0
    const certain = outcomes.filter((outcome) => outcome === "delivered" || outcome === "refused").length
    expect(outcomes).toHaveLength(begun)
    expect(outcomes.every((outcome) => known.has(outcome))).toBe(true)
    expect(outcomes.filter((outcome) => outcome === "delivered")).toHaveLength(1)
    expect(came).toBeGreaterThanOrEqual(certain)
    expect(came).toBeLessThanOrEqual(begun)
  }
  expect(attempts).toHaveLength(endpoints * events)
  expect(attempts.some(({ outcomes }) => outcomes.includes("unknown"))).toBe(true)

  const report = await Effect.runPromise(
    verifyAll({ databaseUrl: stack.databaseUrl, natsUrl: stack.natsUrl, natsKey: operatorKey(stack.natsAccounts) })
  )
  expect(report).toMatchObject({ ok: true, problems: [] })
  expect(report.webhooks).toBeGreaterThanOrEqual(endpoints * events)
  expect(deaths).toEqual([])
})

it("is told by verify when a delivery is missing, or nobody wanted it", async () => {
  const [gone] = await sql<{ id: string }[]>`
    delete from sluice.deliveries where id = (select id from sluice.deliveries limit 1) returning id`
  const [odd] = await sql<{ id: string }[]>`
    update sluice.deliveries set id = gen_random_uuid() where id = (select id from sluice.deliveries limit 1) returning id`
  const report = await Effect.runPromise(
    verifyAll({ databaseUrl: stack.databaseUrl, natsUrl: stack.natsUrl, natsKey: operatorKey(stack.natsAccounts) })
  )
  expect(report).toMatchObject({ ok: false, deliveries: 3 })
  const said = report.problems.map(({ what }) => what).join("\n")
  expect(said).toContain(`${gone?.id} is missing`)
  expect(said).toContain(`${odd?.id} is a delivery that no subscription wanted`)
})
