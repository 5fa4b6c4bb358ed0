import { DeliveryView } from "@sluice/contracts/delivery/delivery.views"
import { SubscriptionView } from "@sluice/contracts/subscription/subscription.views"
import { subscriptionReadModel } from "@sluice/subscription"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { deliveryRows } from "../testing/rows.deliveries.ts"
import { projected } from "../testing/rows.project.ts"

const { call, token, database } = await runningApi()
const project = projected(database.adminUrl, [subscriptionReadModel])
const rows = deliveryRows(database.adminUrl)

const asApi = postgres(database.urlFor("sluice_api"), { max: 1, onnotice: () => {} })
afterAll(() => asApi.end())

const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
const hook = { name: "hook", endpoint: "https://example.com/hook", types: ["*.*"] }
const create = async (by?: string, more: object = {}) => {
  const { body } = await call("/v1/subscriptions", {
    json: { ...hook, ...more },
    ...(by === undefined ? {} : { token: by })
  })
  return body
}
const ids = async (path: string, by?: string): Promise<ReadonlyArray<string>> => {
  const { body } = await call(path, by === undefined ? {} : { token: by })
  return body.items.map(({ id }: { id: string }) => id)
}

describe("reading subscriptions", () => {
  it("answers one by its id, in the shape of the contract and without its secret", async () => {
    const { secret, ...made } = await create()
    await project()
    const answer = await call(`/v1/subscriptions/${made.id.toUpperCase()}?minVersion=1`)
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"' } })
    expect(answer.body).toEqual(made)
    expect(Schema.is(SubscriptionView)(answer.body)).toBe(true)
    expect(secret).toMatch(/^whsec_/)
  })

  it("lists one's own, newest first, by status and in pages, without the deleted", async () => {
    const by = await token({ tenant: "lists" })
    const made: Array<string> = []
    for (const active of [true, false, true, true]) made.unshift((await create(by, { active })).id)
    await call(`/v1/subscriptions/${made[0]}`, { method: "DELETE", token: by })
    await project()
    expect(await ids("/v1/subscriptions", by)).toEqual(made.slice(1))
    expect(await ids("/v1/subscriptions?status=paused", by)).toEqual([made[2]])
    expect(await ids("/v1/subscriptions?status=deleted", by)).toEqual([])
    const first = await call("/v1/subscriptions?limit=2", { token: by })
    expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual(made.slice(1, 3))
    expect(await ids(`/v1/subscriptions?limit=2&cursor=${first.body.nextCursor}`, by)).toEqual([made[3]])
    expectProblem(await call("/v1/subscriptions?status=gone&cursor=x"), 400, "bad-request")
  })

  it("knows nothing of another tenant's, of none and of a deleted one", async () => {
    const { id } = await create()
    await project()
    expect((await call(`/v1/subscriptions/${id}`)).status).toBe(200)
    expectProblem(
      await call(`/v1/subscriptions/${id}`, { token: await token({ tenant: "other" }) }),
      404,
      "subscription-not-found"
    )
    expectProblem(await call(`/v1/subscriptions/${unknown}?minVersion=1&wait=1s`), 404, "subscription-not-found")
    await call(`/v1/subscriptions/${id}`, { method: "DELETE" })
    await project()
    for (const query of ["", "?minVersion=2&wait=5s"])
      expectProblem(await call(`/v1/subscriptions/${id}${query}`), 404, "subscription-not-found")
  })

  it("waits for a version that is on its way", async () => {
    const { id } = await create()
    expectProblem(await call(`/v1/subscriptions/${id}?minVersion=1`), 503, "not-yet-visible")
  })

  it("is for subscriptions:admin", async () => {
    const weak = await token({ scope: "notifications:read" })
    for (const path of ["/v1/subscriptions", `/v1/subscriptions/${unknown}`, `/v1/subscriptions/${unknown}/deliveries`])
      expectProblem(await call(path, { token: weak }), 403, "scope-missing")
  })
})

describe("listing deliveries", () => {
  it("answers them newest event first, by status and in pages", async () => {
    const { id } = await create()
    const made: Array<string> = []
    for (const position of [1, 2, 3, 4, 5])
      made.unshift(
        await rows.insert({ subscriptionId: id, position, status: position % 2 === 0 ? "delivered" : "pending" })
      )
    await rows.insert({ subscriptionId: (await create()).id, position: 6 })
    const path = `/v1/subscriptions/${id}/deliveries`
    expect(await ids(path)).toEqual(made)
    expect(await ids(`${path}?status=delivered`)).toEqual([made[1], made[3]])
    expect(await ids(`${path}?status=dead`)).toEqual([])
    const first = await call(`${path}?limit=3`)
    expect(first.body.items.every(Schema.is(DeliveryView))).toBe(true)
    expect(Object.keys(first.body.items[0])).not.toContain("position")
    expect(await ids(`${path}?limit=3&cursor=${first.body.nextCursor}`)).toEqual(made.slice(3))
    const bad = await call(`${path}?status=lost&cursor=nonsense&limit=0`)
    expectProblem(bad, 400, "bad-request")
    expect(pointers(bad)).toEqual(expect.arrayContaining(["/query/status", "/query/limit"]))
    expectProblem(await call(`${path}?cursor=nonsense`), 400, "bad-request")
  })

  it("says where each one stands", async () => {
    const { id } = await create()
    const [dead, pending] = [
      await rows.insert({ subscriptionId: id, position: 2 }),
      await rows.insert({ subscriptionId: id, position: 1, status: "pending" })
    ]
    await rows.attempt(dead, { attempt: 1, outcome: "timeout", error: "no answer in time" })
    await rows.attempt(dead, { attempt: 2, outcome: "refused", responseStatus: 500, answer: "oops" })
    const { body } = await call(`/v1/subscriptions/${id}/deliveries`)
    expect(body.items).toMatchObject([
      {
        id: dead,
        subscriptionId: id,
        eventType: "session.opened",
        subject: "session-1",
        status: "dead",
        attempts: 2,
        createdAt: "2026-01-31T12:00:00.001Z",
        nextAttemptAt: null,
        endedAt: "2026-01-31T13:00:00.001Z",
        deadReason: "every attempt failed",
        lastAttempt: {
          attempt: 2,
          startedAt: "2026-01-31T12:00:01.000Z",
          outcome: "refused",
          responseStatus: 500,
          latencyMillis: 12,
          error: null,
          answer: "oops"
        }
      },
      {
        id: pending,
        status: "pending",
        attempts: 0,
        nextAttemptAt: "2026-01-31T12:00:05.001Z",
        endedAt: null,
        lastAttempt: null,
        deadReason: null
      }
    ])
  })

  it("of another tenant's subscription, or of none, is refused", async () => {
    const { id } = await create()
    await rows.insert({ subscriptionId: id, position: 9 })
    const by = await token({ tenant: "other" })
    expectProblem(await call(`/v1/subscriptions/${id}/deliveries`, { token: by }), 404, "subscription-not-found")
    expectProblem(await call(`/v1/subscriptions/${unknown}/deliveries`), 404, "subscription-not-found")
  })

  it("does not scan: a page of a subscription with many reads few rows", async () => {
    const { id } = await create()
    await rows.sql`
      insert into sluice.deliveries (tenant, id, subscription_id, event_id, position, type, stream_id, status, ended_at)
      select 'acme', gen_random_uuid(), ${id}, gen_random_uuid(), n, 'session.opened', 'session-1', 'delivered', now()
      from generate_series(1, 20000) n`
    await rows.sql`analyze sluice.deliveries`
    const [read] = await asApi.begin(async (transaction) => {
      const [{ page }] = (await transaction`
        select sluice.list_deliveries('acme', ${id}, null, 10, null) as page`) as unknown as [{ page: Array<unknown> }]
      expect(page).toHaveLength(10)
      return transaction`
        select (coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0))::integer as rows
        from pg_stat_xact_user_tables where relid = 'sluice.deliveries'::regclass`
    })
    expect(read?.rows).toBeGreaterThanOrEqual(10)
    expect(read?.rows).toBeLessThan(100)
  })
})

describe("the second wall: the API's role", () => {
  it("sees the tenant that is set, and no other one", async () => {
    const { id } = await create()
    const delivery = await rows.insert({ subscriptionId: id, position: 11 })
    await rows.attempt(delivery, { attempt: 1, outcome: "timeout" })
    await project()
    const seen = (tenant: string) =>
      asApi.begin(async (transaction) => {
        await transaction`select set_config('sluice.tenant', ${tenant}, true)`
        const [row] = await transaction`
          select (select count(*) from sluice.subscriptions)::integer as subscriptions,
            (select count(*) from sluice.deliveries)::integer as deliveries,
            (select count(*) from sluice.delivery_attempts)::integer as attempts`
        return row
      })
    for (const count of Object.values((await seen("acme")) ?? {})) expect(count).toBeGreaterThan(0)
    expect(await seen("somebody-else")).toEqual({ subscriptions: 0, deliveries: 0, attempts: 0 })
  })
})
