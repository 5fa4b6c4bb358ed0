import type { BudgetView } from "@sluice/contracts/budget/budget.views"
import { freshId } from "@sluice/contracts/id/id.fresh"
import { taskId } from "@sluice/contracts/run/run.ids"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { billingRows } from "../testing/rows.billing.ts"
import { runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token, database } = await runningApi()
const other = await runningApi({ database })
const rows = billingRows(database.adminUrl)
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const now = new Date()
const [month, day] = [now.toISOString().slice(0, 7), now.toISOString().slice(0, 10)]
const monthEnds = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString()
const dayEnds = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)).toISOString()

/** Each case is a tenant's of its own. */
let tenants = 0
const tenant = async () => {
  const name = `t${++tenants}`
  const by = await token({ tenant: name })
  const otherBy = await other.token({ tenant: name })
  const as =
    (caller: typeof call, token: string): typeof call =>
    (path, options = {}) =>
      caller(path, { token, ...options })
  const mine = as(call, by)
  const open = async (json: object = { role: "pm" }): Promise<string> => (await mine("/v1/sessions", { json })).body.id
  const put = (id: string, json: object, caller = mine) => caller(`/v1/sessions/${id}`, { method: "PUT", json })
  /** A budget as billing has it, with this much spent of its limit of 1000. */
  const budget = async (more: Partial<BudgetView> = {}, spent = "1000", period = month): Promise<string> => {
    const id = freshId()
    await rows.budget(name, {
      id,
      name: "all",
      scope: { type: "tenant", id: null },
      period: "month",
      limit: "1000",
      blocks: true,
      notify: [],
      active: true,
      version: 1,
      createdAt: "2026-01-31T12:00:00.000Z",
      updatedAt: "2026-01-31T12:00:00.000Z",
      ...more
    })
    await rows.spent(name, id, period, spent)
    return id
  }
  const raised = (id: string) =>
    sql`update sluice.budgets set view = view || '{"limit": "1001"}' where tenant = ${name} and id = ${id}`
  return { name, mine, elsewhere: as(other.call, otherBy), open, put, budget, raised, ...runDriver(mine) }
}

describe("activating a session in the scope of a budget that is used up", () => {
  it("is refused out of pending and paused, until there is room again", async () => {
    const { open, put, budget, raised } = await tenant()
    const [fresh, paused] = [await open(), await open()]
    for (const status of ["active", "paused"]) expect((await put(paused, { status })).status).toBe(200)
    const id = await budget()
    for (const session of [fresh, paused]) {
      const refused = await put(session, { status: "active", metadata: { a: 1 } })
      expectProblem(refused, 409, "budget-exceeded", {
        budgetId: id,
        name: "all",
        until: monthEnds,
        detail: `Budget all is used up: nothing new starts in its scope until ${monthEnds}`
      })
    }
    await raised(id)
    for (const session of [fresh, paused])
      expect((await put(session, { status: "active" })).body).toMatchObject({ status: "active", metadata: {} })
  })

  it("stops nothing else: what is active goes on, changes, reports and ends, and sessions are opened", async () => {
    const { mine, open, put, budget } = await tenant()
    const id = await open()
    await put(id, { status: "active" })
    await budget()
    expect((await put(id, { status: "active" })).body).toMatchObject({ status: "active", version: 2 })
    expect((await put(id, { status: "active", metadata: { a: 1 } })).status).toBe(200)
    const usage = { usageId: "u", meter: "tokens.input", quantity: 1, at: now.toISOString() }
    expect((await mine(`/v1/sessions/${id}/usage`, { json: usage })).status).toBe(201)
    expect((await put(id, { status: "completed" })).status).toBe(200)
    expectProblem(await put(id, { status: "active" }), 409, "invalid-transition")
    expect((await mine("/v1/sessions", { json: { role: "pm" } })).status).toBe(201)
  })

  it("holds on every instance, whatever that has seen of the session", async () => {
    const { elsewhere, open, put, budget } = await tenant()
    const id = await open()
    await put(id, { status: "active" })
    await put(id, { status: "paused" }, elsewhere)
    await budget()
    expectProblem(await put(id, { status: "active" }), 409, "budget-exceeded")
  })

  it("is repeated under its Idempotency-Key as it was answered", async () => {
    const { mine, open, budget } = await tenant()
    const id = await open()
    const activate = () =>
      mine(`/v1/sessions/${id}`, {
        method: "PUT",
        json: { status: "active" },
        headers: { "idempotency-key": "activate" }
      })
    const first = await activate()
    await budget()
    const again = await activate()
    expect(again).toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
  })

  const harmless: ReadonlyArray<readonly [string, Partial<BudgetView>, string, string]> = [
    ["has a unit left", {}, "999", month],
    ["does not block", { blocks: false }, "5000", month],
    ["is not in force", { active: false }, "5000", month],
    ["was used up in another month", {}, "5000", "2026-01"],
    ["was used up on another day", { period: "day" }, "5000", "2026-01-31"],
    ["is another role's", { scope: { type: "role", id: "cto" } }, "5000", month],
    ["is another session's", { scope: { type: "session", id: freshId() } }, "5000", month]
  ]
  it.each(harmless)("is not refused where it %s", async (_, more, spent, period) => {
    const { open, put, budget } = await tenant()
    await budget(more, spent, period)
    expect((await put(await open(), { status: "active" })).status).toBe(200)
  })

  it("is refused for another tenant's budget to nobody", async () => {
    await (await tenant()).budget()
    const { open, put } = await tenant()
    expect((await put(await open(), { status: "active" })).status).toBe(200)
  })

  it("goes by its role, itself, and its task's run and phase", async () => {
    const { name, open, put, budget } = await tenant()
    const run = freshId()
    const task = taskId(run, "A1")
    await sql`insert into sluice.billing_tasks (tenant, task_id, run_id, phase) values (${name}, ${task}, ${run}, ${`${run}/A`})`
    const writer = await open({ role: "writer" })
    const alone = await open({ role: "alone" })
    const worker = await open({ role: "pm", taskId: task.toUpperCase() })
    const idle = await open({ role: "pm" })
    await budget({ name: "role", scope: { type: "role", id: "writer" } })
    await budget({ name: "itself", scope: { type: "session", id: alone } })
    const ofRun = await budget({ name: "run", period: "none", scope: { type: "run", id: run } }, "1000", "")
    expectProblem(await put(writer, { status: "active" }), 409, "budget-exceeded", { name: "role" })
    expectProblem(await put(alone, { status: "active" }), 409, "budget-exceeded", { name: "itself" })
    expectProblem(await put(worker, { status: "active" }), 409, "budget-exceeded", { name: "run", until: null })
    expectProblem(await put(idle, { status: "active", taskId: task }), 409, "budget-exceeded", { name: "run" })
    await sql`delete from sluice.budgets where id = ${ofRun}`
    await budget({ name: "phase", period: "day", scope: { type: "phase", id: `${run}/A` } }, "5000", day)
    expectProblem(await put(worker, { status: "active" }), 409, "budget-exceeded", { name: "phase", until: dayEnds })
    expect((await put(worker, { status: "active", taskId: null })).status).toBe(200)
    expect((await put(idle, { status: "active" })).status).toBe(200)
  })

  it("goes by the task that it has by then, on every instance", async () => {
    const { name, elsewhere, open, put, budget } = await tenant()
    const run = freshId()
    const task = taskId(run, "A1")
    await sql`insert into sluice.billing_tasks (tenant, task_id, run_id, phase) values (${name}, ${task}, ${run}, ${`${run}/A`})`
    await budget({ scope: { type: "run", id: run } })
    const id = await open()
    await put(id, { taskId: task }, elsewhere)
    expectProblem(await put(id, { status: "active" }), 409, "budget-exceeded")
  })

  it("names the budget that lasts longest", async () => {
    const { open, put, budget } = await tenant()
    await budget({ name: "today", period: "day" }, "1000", day)
    const id = await open()
    expectProblem(await put(id, { status: "active" }), 409, "budget-exceeded", { name: "today", until: dayEnds })
    await budget({ name: "for ever", period: "none" }, "1000", "")
    await budget({ name: "today too", period: "day" }, "1000", day)
    expectProblem(await put(id, { status: "active" }), 409, "budget-exceeded", { name: "for ever", until: null })
  })
})

describe("starting a task in the scope of a budget that is used up", () => {
  const phases = [
    { id: "A", tasks: tasksOf("A", 3) },
    { id: "B", tasks: tasksOf("B", 1) }
  ]

  it("is refused by one of the tenant, until there is room again; what has started goes on", async () => {
    const { begin, on, does, budget, raised } = await tenant()
    const { id } = await begin(phases)
    await does(id, "tasks/A1/start")
    const blocking = await budget()
    expectProblem(await on(id, "tasks/A2/start"), 409, "budget-exceeded", { budgetId: blocking, until: monthEnds })
    expect((await does(id, "tasks/A1/start")).version).toBe((await does(id, "tasks/A1/start")).version)
    await does(id, "tasks/A1/complete")
    await does(id, "tasks/A3/complete")
    expectProblem(await on(id, "tasks/Z9/start"), 404, "task-not-found")
    expectProblem(await on(id, "tasks/A1/start"), 409, "invalid-task-transition")
    await raised(blocking)
    await does(id, "tasks/A2/start")
  })

  it("is refused by one of the run, and of the phase that the task is in", async () => {
    const { begin, on, does, budget } = await tenant()
    const [one, two] = [await begin(phases), await begin(phases)]
    await budget({ name: "run", scope: { type: "run", id: one.id } })
    await budget({ name: "phase", scope: { type: "phase", id: `${two.id}/B` } })
    expectProblem(await on(one.id, "tasks/A1/start"), 409, "budget-exceeded", { name: "run" })
    await does(two.id, "tasks/A1/start")
    for (const key of ["A1", "A2", "A3"]) await does(two.id, `tasks/${key}/complete`)
    expectProblem(await on(two.id, "tasks/B1/start"), 409, "budget-exceeded", { name: "phase" })
  })

  it("is refused for a task that another instance has added", async () => {
    const { begin, on, elsewhere, budget } = await tenant()
    const { id } = await begin([{ id: "A", tasks: tasksOf("A", 1) }])
    await budget({ scope: { type: "phase", id: `${id}/A` } })
    const added = await elsewhere(`/v1/runs/${id}/tasks`, { json: { key: "A2", title: "t", phase: "A" } })
    expect(added.status).toBe(200)
    expectProblem(await on(id, "tasks/A2/start"), 409, "budget-exceeded")
  })
})
