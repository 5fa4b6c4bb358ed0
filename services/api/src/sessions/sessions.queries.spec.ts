import { SessionView } from "@sluice/contracts/session/session.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { readModels } from "../testing/rows.insert.ts"

const { call, token, database } = await runningApi()
const models = readModels(database.adminUrl)

const open = async (json: object = { role: "pm" }) => (await call("/v1/sessions", { json })).body as SessionView
const read = (id: string, query = "") => call(`/v1/sessions/${id}${query}`)
const stranger = await token({ tenant: "other" })

describe("reading a session", () => {
  it("answers what the read model has, with its version as ETag", async () => {
    const opened = await open({ role: "pm", metadata: { a: [1, null, { b: true }] } })
    expectProblem(await read(opened.id), 404, "session-not-found")
    await models.session(opened)
    const answer = await read(opened.id)
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: opened })
    expect(Schema.is(SessionView)(answer.body)).toBe(true)
  })

  it("is the tenant's own", async () => {
    const opened = await open()
    await models.session(opened)
    expectProblem(await call(`/v1/sessions/${opened.id}`, { token: stranger }), 404, "session-not-found")
    expectProblem(
      await call(`/v1/sessions/${opened.id}?minVersion=1&wait=1s`, { token: stranger }),
      404,
      "session-not-found"
    )
  })

  it("waits for minVersion and answers once it is there", async () => {
    const opened = await open()
    let answered = false
    const waiting = read(opened.id, "?minVersion=2&wait=10s").finally(() => {
      answered = true
    })
    await models.session(opened)
    expect((await read(opened.id, "?minVersion=1")).body.version).toBe(1)
    expect(answered).toBe(false)
    await models.session({ ...opened, version: 2 })
    expect(await waiting).toMatchObject({ status: 200, headers: { etag: '"2"' } })
  })

  it("says 503 when minVersion is not there in time, and 404 at once for what does not exist", async () => {
    const opened = await open()
    const early = await read(opened.id, "?minVersion=1&wait=20ms")
    expectProblem(early, 503, "not-yet-visible", { version: 0, minVersion: 1 })
    expect(early.headers["retry-after"]).toBe("1")
    expectProblem(await read(crypto.randomUUID(), "?minVersion=1&wait=10s"), 404, "session-not-found")
  })
})

describe("listing sessions", () => {
  it("filters, newest first, page by page, each one once", async () => {
    const { body } = await call("/v1/sessions", { json: { role: "finance" } })
    const made = Array.from({ length: 7 }, (_, index) => ({
      ...(body as SessionView),
      id: crypto.randomUUID(),
      status: index % 2 === 0 ? ("active" as const) : ("pending" as const),
      createdAt: new Date(Date.UTC(2026, 0, 1 + Math.floor(index / 2))).toISOString()
    }))
    for (const view of made) await models.session(view)
    const inOrder = made.toSorted((left, right) =>
      `${left.createdAt} ${left.id}` < `${right.createdAt} ${right.id}` ? 1 : -1
    )
    const seen: Array<string> = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = await call(`/v1/sessions?role=finance&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`)
      expect(page.body.items.length).toBeLessThanOrEqual(3)
      seen.push(...page.body.items.map(({ id }: SessionView) => id))
      cursor = page.body.nextCursor
    }
    expect(seen).toEqual(inOrder.map(({ id }) => id))
    const active = await call("/v1/sessions?role=finance&status=active")
    expect(active.body).toMatchObject({ nextCursor: null })
    expect(active.body.items).toHaveLength(4)
    expect((await call("/v1/sessions?role=finance", { token: stranger })).body).toEqual({ items: [], nextCursor: null })
  })
})
