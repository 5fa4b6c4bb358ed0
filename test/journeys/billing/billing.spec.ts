import { jetstreamManager } from "@nats-io/jetstream"
import type {
  BalanceView,
  EntryView,
  PostingView,
  PricesView,
  StatementView,
  UsageReport
} from "@sluice/contracts/billing/billing.views"
import type { BudgetStanding, BudgetView } from "@sluice/contracts/budget/budget.views"
import type { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import type { NotificationView } from "@sluice/contracts/notification/notification.views"
import { taskId } from "@sluice/contracts/run/run.ids"
import type { RunView } from "@sluice/contracts/run/run.views"
import { beforeAll, describe, expect, it } from "vitest"
import { problemOf } from "../../support/journey.caller.ts"
import type { Page, Person } from "../../support/journey.person.ts"
import { runsOf, tasksOf } from "../../support/journey.runs.ts"
import { journeyStack } from "../../support/journey.stack.ts"

/** What work costs, from end to end: prices, usage, what is owed for it, and a budget that stops what would cost more. */

const { organisation, connectNats } = await journeyStack()
const { tenant, person } = organisation()
const ada = await person("ada", { roles: ["developer"] })
const fay = await person("fay", { roles: ["finance"] })
const plan = runsOf(ada)
const nats = await connectNats()

const patience = { timeout: 20_000 }
const now = new Date().toISOString()
const month = now.slice(0, 7)
const get = async <Body>(path: string, query: Readonly<Record<string, string>> = {}): Promise<Body> => {
  const { status, body, text } = await ada.ask<Body>("GET", path, { query })
  expect(status, text).toBe(200)
  return body
}
/** Sends a command that has to succeed. */
const send = async <Body>(method: "POST" | "PUT" | "PATCH", path: string, body: object): Promise<Body> => {
  const answer = await ada.ask<Body>(method, path, { body })
  expect([200, 201], answer.text).toContain(answer.status)
  return answer.body
}

let run: RunView
let session: string
const use = async (meter: string, quantity: number, model: string | null = "claude") => {
  const { status } = await ada.reportUsage(session, {
    ...{ usageId: crypto.randomUUID(), meter, quantity, at: new Date().toISOString() },
    ...(model === null ? {} : { model })
  })
  expect(status).toBe(201)
}
const openFor = async (who: Person, role: string, taskId?: string): Promise<string> => {
  const { status, body } = await who.openSession({ role, ...(taskId === undefined ? {} : { taskId }) })
  expect(status).toBe(201)
  return body.id
}
beforeAll(async () => {
  run = await plan.begin([{ id: "A", tasks: tasksOf("A", 3) }])
  session = await openFor(ada, "developer", taskId(run.id, "A1"))
  expect((await ada.updateSession(session, { status: "active" })).status).toBe(200)
})

describe("what was used", () => {
  it("is shown as soon as it is reported, without a price as such", async () => {
    await use("tokens.input", 1_000)
    await expect
      .poll(() => get<UsageReport>("/v1/billing/usage", { groupBy: "model" }), patience)
      .toMatchObject({
        rows: [{ group: "claude", meter: "tokens.input", quantity: "1000", unpriced: "1000", amount: "0" }],
        total: { amount: "0", usd: "0" }
      })
    expect((await get<BalanceView>("/v1/billing/balance")).unpriced).toEqual([
      { meter: "tokens.input", model: "claude", quantity: "1000" }
    ])
  })

  it("is charged when prices for its time arrive: 3 and 15 USD for a million", async () => {
    const prices = [
      { meter: "tokens.input", price: "3000000000" },
      { meter: "tokens.output", price: "15000000000" }
    ]
    const effectiveFrom = `${month}-01T00:00:00.000Z`
    expect(await send<PricesView>("PUT", "/v1/billing/prices", { effectiveFrom, prices })).toMatchObject({ version: 1 })
    await use("tokens.output", 500)
    await expect
      .poll(() => get<UsageReport>("/v1/billing/usage", { groupBy: "phase" }), patience)
      .toMatchObject({
        rows: [
          { group: `${run.id}/A`, meter: "tokens.input", quantity: "1000", unpriced: "0", usd: "0.003" },
          { group: `${run.id}/A`, meter: "tokens.output", quantity: "500", unpriced: "0", usd: "0.0075" }
        ],
        total: { amount: "10500000000000", usd: "0.0105" }
      })
    for (const [groupBy, group] of [
      ["session", session],
      ["run", run.id],
      ["role", "developer"]
    ] as const) {
      const { rows } = await get<UsageReport>("/v1/billing/usage", { groupBy })
      expect(rows.map((row) => row.group)).toEqual([group, group])
    }
  })

  it("stands in the ledger, entry by entry", async () => {
    const { items } = await get<Page<EntryView>>("/v1/billing/ledger")
    expect(items).toMatchObject([
      { kind: "usage", debit: "balance", credit: "usage", meter: "tokens.output", usd: "0.0075", priceVersion: 1 },
      { kind: "usage", debit: "balance", credit: "usage", meter: "tokens.input", usd: "0.003", priceVersion: 1 }
    ])
    for (const entry of items)
      expect(entry).toMatchObject({ month, role: "developer", sessionId: session, runId: run.id, phase: `${run.id}/A` })
  })

  it("is taken from the balance, credits are added to it", async () => {
    const body = { amount: "1000000000000000", reason: "Welcome" }
    expect(await send<PostingView>("POST", "/v1/billing/credits", body)).toMatchObject({ kind: "credit", usd: "1" })
    await expect
      .poll(() => get<BalanceView>("/v1/billing/balance"), patience)
      .toMatchObject({ usd: "0.9895", credits: { usd: "1" }, usage: { usd: "-0.0105" }, unpriced: [] })
  })

  it("is on the month's statement, as JSON, CSV and a page", async () => {
    expect(await get<StatementView>(`/v1/billing/statements/${month}`)).toMatchObject({
      ...{ month, status: "open", closedAt: null, due: "0.01", unpriced: [] },
      charges: { usd: "0.0105" },
      lines: [
        { kind: "usage", meter: "tokens.input", role: "developer", quantity: "1000", usd: "0.003" },
        { kind: "usage", meter: "tokens.output", role: "developer", quantity: "500", usd: "0.0075" },
        { kind: "credit", usd: "-1" }
      ]
    })
    for (const [type, holds] of [
      ["text/csv", "tokens.output"],
      ["text/html", "0.0105"]
    ] as const) {
      const headers = { accept: type }
      const answer = await ada.ask("GET", `/v1/billing/statements/${month}`, { headers })
      expect(answer.headers.get("content-type")).toContain(type)
      expect(answer.text).toContain(holds)
    }
    const early = await ada.ask("POST", `/v1/billing/statements/${month}/close`)
    expect(problemOf(early)).toMatchObject({ status: 409, type: "urn:sluice:problem:month-not-over" })
  })
})

describe("a budget that blocks", () => {
  let ofRole: BudgetView
  let ofRun: BudgetView
  const set = (scope: object, limit: string) =>
    send<BudgetView>("POST", "/v1/budgets", { name: "small", scope, limit, blocks: true, notify: ["finance"] })
  const standing = ({ id }: BudgetView) => get<BudgetStanding>(`/v1/budgets/${id}`)

  it("counts what was spent before it, and what is spent then", async () => {
    ofRole = await set({ type: "role", id: "developer" }, "20000000000000")
    await expect
      .poll(async () => (await ada.ask<BudgetStanding>("GET", `/v1/budgets/${ofRole.id}`)).body, patience)
      .toMatchObject({ spent: { usd: "0.0105" }, percent: 52, blocking: false })
    await use("tokens.output", 1_000)
    await expect
      .poll(() => standing(ofRole), patience)
      .toMatchObject({
        spent: { usd: "0.0255" },
        percent: 127,
        blocking: true,
        periodStart: `${month}-01T00:00:00.000Z`
      })
  })

  it("lets nothing new start in its scope, and takes usage all the same", async () => {
    const [another, elsewhere] = [await openFor(ada, "developer"), await openFor(ada, "pm")]
    const refused = await ada.updateSession(another, { status: "active" })
    expect(problemOf(refused)).toMatchObject({
      ...{ type: "urn:sluice:problem:budget-exceeded", status: 409 },
      ...{ budgetId: ofRole.id, name: "small" }
    })
    expect((await ada.readSession(another)).body).toMatchObject({ status: "pending", version: 1 })
    expect((await ada.updateSession(elsewhere, { status: "active" })).status).toBe(200)
    // It works already, and stays at work.
    expect((await ada.updateSession(session, { status: "active" })).status).toBe(200)
    await use("tokens.input", 1)
  })

  it("lets no task of its run start", async () => {
    const before = await plan.on(run.id, "tasks/A2/start")
    expect(before.status).toBe(200)
    ofRun = await set({ type: "run", id: run.id }, "1000")
    await expect
      .poll(async () => (await ada.ask<BudgetStanding>("GET", `/v1/budgets/${ofRun.id}`)).body, patience)
      .toMatchObject({ blocking: true })
    expect(problemOf(await plan.on(run.id, "tasks/A3/start"))).toMatchObject({
      ...{ type: "urn:sluice:problem:budget-exceeded", status: 409, budgetId: ofRun.id }
    })
    expect((await plan.on(run.id, "tasks/A2/complete")).status).toBe(200)
  })

  it("is told of once, as an event and to the role that wants to know", async () => {
    const manager = await jetstreamManager(nats)
    const told = async (type: string, { id }: BudgetView): Promise<CloudEvent["data"] | undefined> => {
      const last_by_subj = eventSubject(tenant, type, `budget-${id}`)
      const message = await manager.streams.getMessage("EVENTS", { last_by_subj })
      return message?.json<CloudEvent>().data
    }
    await expect
      .poll(() => told("budget.exceeded", ofRole), patience)
      .toMatchObject({ budgetId: ofRole.id, limit: "20000000000000", spent: "25500000000000", notify: ["finance"] })
    expect(await told("budget.warned", ofRole)).toMatchObject({ budgetId: ofRole.id })
    const inbox = async () => {
      const { body } = await fay.ask<Page<NotificationView>>("GET", "/v1/notifications")
      return body.items.map(({ rule, subject }) => `${rule} ${subject}`).toSorted()
    }
    await expect
      .poll(inbox, patience)
      .toEqual(
        ["warned", "exceeded"]
          .flatMap((what) => [ofRole, ofRun].map(({ id }) => `budget-${what} budget-${id}`))
          .toSorted()
      )
    expect((await ada.ask<Page<NotificationView>>("GET", "/v1/notifications")).body.items).toEqual([])
  })

  it("lets everything start again when its limit is raised, or it is put out of force", async () => {
    const another = await openFor(ada, "developer")
    await send("PATCH", `/v1/budgets/${ofRole.id}`, { limit: "1000000000000000" })
    await send("PATCH", `/v1/budgets/${ofRun.id}`, { active: false })
    await expect.poll(async () => (await standing(ofRole)).blocking, patience).toBe(false)
    expect((await ada.updateSession(another, { status: "active" })).status).toBe(200)
    await expect.poll(async () => (await standing(ofRun)).active, patience).toBe(false)
    expect((await plan.on(run.id, "tasks/A3/start")).status).toBe(200)
  })
})
