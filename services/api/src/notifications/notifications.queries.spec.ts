import { NotificationCounts, NotificationView } from "@sluice/contracts/notification/notification.views"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { notificationRows } from "../testing/rows.notifications.ts"

const { call, token, database } = await runningApi()
const rows = notificationRows(database.adminUrl)
const reader = postgres(database.urlFor("sluice_api"), { max: 1 })
afterAll(() => reader.end())

interface Explained {
  readonly "QUERY PLAN": [{ readonly Plan: Readonly<Record<string, number>> }]
}

/** Somebody with an inbox of their own, so that specs do not see each other's rows. */
let people = 0
const newcomer = async (...roles: ReadonlyArray<string>) => {
  const sub = `reader-${people++}`
  const tenant = `t${people}`
  const bearer = await token({ tenant, sub, roles: [...roles], scope: "notifications:read" })
  const get = (path: string) => call(`/v1/notifications${path}`, { token: bearer })
  const post = (path: string) => call(`/v1/notifications${path}`, { method: "POST", token: bearer })
  const titles = async (query = "") => (await get(query)).body.items.map(({ title }: NotificationView) => title)
  const counts = async () => (await get("/counts")).body
  return { sub, tenant, get, post, titles, counts }
}

describe("one's inbox", () => {
  it("holds what is for one's roles, for everybody and for oneself, newest first, and nothing else", async () => {
    const { tenant, sub, get, titles, counts } = await newcomer("pm", "lead")
    for (const to of ["role pm", "role finance", "role lead", "role *", `actor user/${sub}`, `actor agent/${sub}`])
      await rows.insert({ tenant, to, title: to, wantsAction: to === "role lead" })
    await rows.insert({ tenant: "stranger", to: "role pm" })
    expect(await titles()).toEqual([`actor user/${sub}`, "role *", "role lead", "role pm"])
    const { body } = await get("?needsAction=true")
    expect(body.items).toHaveLength(1)
    expect(Schema.is(NotificationView)(body.items[0])).toBe(true)
    expect(body.items[0]).toMatchObject({
      rule: "approval-requested",
      audience: { kind: "role", id: "lead" },
      needsAction: true,
      settledAt: null,
      state: "unread"
    })
    expect(await titles("?needsAction=false")).toEqual([`actor user/${sub}`, "role *", "role pm"])
    expect(await counts()).toEqual({ unread: 4, needsAction: 1 })
    expect(Schema.is(NotificationCounts)(await counts())).toBe(true)
  })

  it("is read page by page, also where several have one time", async () => {
    const { tenant, get } = await newcomer("a", "b")
    const ids: Array<string> = []
    for (let index = 0; index < 7; index++) {
      const createdAt = `2026-03-01T00:00:0${Math.floor(index / 3)}.000Z`
      ids.push(await rows.insert({ tenant, to: index % 2 === 0 ? "role a" : "role b", createdAt }))
    }
    const whole = (await get("")).body.items.map(({ id }: NotificationView) => id)
    expect(whole.toSorted()).toEqual(ids.toSorted())
    const paged: Array<string> = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const { body } = await get(`?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`)
      paged.push(...body.items.map(({ id }: NotificationView) => id))
      cursor = body.nextCursor
    }
    expect(paged).toEqual(whole)
    expectProblem(await get("?cursor=x"), 400, "bad-request")
    expectProblem(await get("?state=lost"), 400, "bad-request")
  })

  it("shows by one's own marks what is unread, read and put away", async () => {
    const { tenant, get, post, titles, counts } = await newcomer("pm")
    const ids = []
    for (const title of ["one", "two", "three"]) ids.push(await rows.insert({ tenant, title, wantsAction: true }))
    await post(`/${ids[0]}/read`)
    await post(`/${ids[1]}/archive`)
    await rows.marked()
    expect(await titles()).toEqual(["three", "one"])
    expect(await titles("?state=unread")).toEqual(["three"])
    expect(await titles("?state=read")).toEqual(["one"])
    expect(await titles("?state=archived")).toEqual(["two"])
    expect(await counts()).toEqual({ unread: 1, needsAction: 2 })
    expect((await get(`/${ids[1]}`)).body).toMatchObject({ title: "two", state: "archived", needsAction: true })
    // Another person with the same role has read none of them.
    const other = await token({ tenant, sub: "other", roles: ["pm"] })
    expect((await call("/v1/notifications/counts", { token: other })).body).toEqual({ unread: 3, needsAction: 3 })
  })

  it("loses from what needs an action, by itself, what somebody has settled", async () => {
    const { tenant, get, titles, counts } = await newcomer("pm")
    const id = await rows.insert({ tenant, title: "asked", wantsAction: true })
    expect(await titles("?needsAction=true")).toEqual(["asked"])
    await rows.settle(id)
    expect(await titles("?needsAction=true")).toEqual([])
    expect(await titles()).toEqual(["asked"])
    expect(await counts()).toEqual({ unread: 1, needsAction: 0 })
    expect((await get(`/${id}`)).body).toMatchObject({ needsAction: false, settledAt: expect.any(String) })
  })

  it("is nobody else's: another role's, person's or tenant's notification is not found", async () => {
    const { tenant, get, post } = await newcomer("pm")
    const others = [
      await rows.insert({ tenant, to: "role finance" }),
      await rows.insert({ tenant, to: "actor user/other" }),
      await rows.insert({ tenant: "stranger", to: "role pm" })
    ]
    for (const id of others) {
      expectProblem(await get(`/${id}`), 404, "notification-not-found", { notificationId: id })
      expectProblem(await post(`/${id}/read`), 404, "notification-not-found", { notificationId: id })
      expectProblem(await post(`/${id}/archive`), 404, "notification-not-found")
    }
    const [{ count } = { count: -1 }] = await rows.sql`
      select count(*)::int from sluice.events where tenant = ${tenant}`
    expect(count).toBe(0)
    expectProblem(await get("/x"), 400, "bad-request")
    const weak = await token({ tenant, scope: "runs:read" })
    expectProblem(await call("/v1/notifications", { token: weak }), 403, "scope-missing")
  })

  it("of a role with a hundred thousand notifications is read by index alone", async () => {
    const { tenant, sub, titles, counts } = await newcomer("crowd", "small")
    await rows.sql`
      insert into sluice.notifications (tenant, id, rule, audience_kind, audience_id, title, subject, event_id, event_type,
        position, settle_key, created_at)
      select ${tenant}, gen_random_uuid(), 'run-failed', 'role', 'crowd', 'n' || n, 'run-1', gen_random_uuid(), 'run.failed', n,
        case when n % 1000 = 0 then 'run/1/question/' || n end, '2026-01-01'::timestamptz + n * interval '1 second'
      from generate_series(1, 100000) n`
    await rows.insert({ tenant, to: "role small", title: "old", createdAt: "2025-12-01T00:00:00.000Z" })
    const blocks = async (query: string) => {
      const [row] = await reader.unsafe<Explained[]>(`explain (analyze, buffers, format json) ${query}`)
      const plan = row?.["QUERY PLAN"][0].Plan ?? {}
      return (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0)
    }
    const roles = "array['crowd', 'small']"
    const person = `'user/${sub}'`
    const list = (state: string, open: string) =>
      blocks(`select sluice.list_notifications('${tenant}', ${roles}, ${person}, ${state}, ${open}, 50, null, null)`)
    // The table has thousands of blocks.
    expect(await list("null", "null")).toBeLessThan(1000)
    expect(await list("'unread'", "null")).toBeLessThan(1000)
    expect(await list("null", "true")).toBeLessThan(1000)
    expect(await list("'archived'", "null")).toBeLessThan(1000)
    expect(await titles("?limit=2")).toEqual(["n100000", "n99999"])
    expect(await titles("?limit=2&needsAction=true")).toEqual(["n100000", "n99000"])
    expect(await counts()).toEqual({ unread: 100_001, needsAction: 100 })

    // What statistics say of the marks must not mislead it.
    await rows.sql`
      insert into sluice.notification_marks (tenant, actor, notification_id, read_at, archived_at)
      select tenant, ${`user/${sub}`}, id, created_at, created_at from sluice.notifications
      where tenant = ${tenant} and position <= 98000`
    await rows.sql`analyze sluice.notifications, sluice.notification_marks`
    expect(await list("null", "null")).toBeLessThan(1000)
    expect(await list("'unread'", "null")).toBeLessThan(1000)
    expect(await list("null", "true")).toBeLessThan(1000)
    expect(await counts()).toEqual({ unread: 2000, needsAction: 2 })
  })
})
