import { NotificationView } from "@sluice/contracts/notification/notification.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { notificationRows } from "../testing/rows.notifications.ts"

const { call, token, database } = await runningApi()
const rows = notificationRows(database.adminUrl)
const mark = (id: string, verb: "read" | "archive", more: Parameters<typeof call>[1] = {}) =>
  call(`/v1/notifications/${id}/${verb}`, { method: "POST", ...more })
const eventsOf = async (id: string) =>
  (
    await rows.sql<{ type: string; actor: string }[]>`
      select type, metadata -> 'actor' ->> 'id' as actor from sluice.events where data ->> 'notificationId' = ${id} order by position`
  ).map(({ type, actor }) => `${type} ${actor}`)

describe("marking a notification", () => {
  it("answers it as it is for the caller now; again changes nothing", async () => {
    const id = await rows.insert({ wantsAction: true })
    const read = await mark(id, "read")
    expect(read).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: { id, state: "read", needsAction: true }
    })
    expect(Schema.is(NotificationView)(read.body)).toBe(true)
    expect(await mark(id, "read", { json: {} })).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: read.body
    })
    const archived = await mark(id, "archive")
    expect(archived).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { id, state: "archived" } })
    expect(await mark(id, "archive")).toMatchObject({ headers: { etag: '"2"' }, body: archived.body })
    expect(await mark(id, "read")).toMatchObject({ headers: { etag: '"2"' }, body: { state: "archived" } })
    expect(await eventsOf(id)).toEqual(["notification.read ada", "notification.archived ada"])
  })

  it("is each person's own", async () => {
    const id = await rows.insert()
    const bo = await token({ sub: "bo", roles: ["pm"] })
    expect((await mark(id, "archive")).headers.etag).toBe('"1"')
    expect(await mark(id, "read", { token: bo })).toMatchObject({ headers: { etag: '"1"' }, body: { state: "read" } })
    expect(await eventsOf(id)).toEqual(["notification.archived ada", "notification.read bo"])
  })

  it("under one key has one effect and one answer, also after somebody has acted and the reader has put it away", async () => {
    const id = await rows.insert({ wantsAction: true })
    const headers = { "idempotency-key": `key ${id}` }
    const first = await mark(id, "read", { headers })
    expect(first.headers["idempotency-replayed"]).toBeUndefined()
    await rows.settle(id)
    await mark(id, "archive")
    const again = await mark(id, "read", { headers })
    expect(again).toMatchObject({ status: 200, headers: { etag: '"1"', "idempotency-replayed": "true" } })
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body))
    expect(await eventsOf(id)).toHaveLength(2)
    const other = await rows.insert()
    expectProblem(await mark(other, "read", { headers }), 422, "idempotency-key-reused")
    expectProblem(await mark(id, "archive", { headers }), 422, "idempotency-key-reused")
  })

  it("says what was settled before the mark", async () => {
    const id = await rows.insert({ wantsAction: true })
    await rows.settle(id)
    expect((await mark(id, "read")).body).toMatchObject({ needsAction: false, settledAt: expect.any(String) })
  })

  it("heeds If-Match, and takes no body but an empty one", async () => {
    const id = await rows.insert()
    expectProblem(await mark(id, "read", { headers: { "if-match": '"1"' } }), 412, "precondition-failed")
    await mark(id, "read")
    expect((await mark(id, "archive", { headers: { "if-match": '"1"' } })).status).toBe(200)
    expectProblem(await mark(id, "read", { json: { more: 1 } }), 422, "input-refused")
  })
})
