import { expect, it } from "vitest"
import { runningApi } from "./testing/api.running.ts"
import { randomOf } from "./testing/random.numbers.ts"
import { randomRequests } from "./testing/random.requests.ts"
import { exchange } from "./testing/raw.exchange.ts"

const { url, call, token } = await runningApi()
const REQUESTS = Number(process.env.SLUICE_RANDOM_REQUESTS ?? 3000)
/** Each must be among the answers: a rare one may need more requests, up to ten times as many. */
const WANTED = [200, 201, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422]
const seed = Number(process.env.SLUICE_RANDOM_SEED ?? Date.now() % 1_000_000)

it(`no request, however odd, gets a 500 or an answer without a problem (seed ${seed})`, {
  timeout: 300_000
}, async () => {
  const session = await call("/v1/sessions", { json: { role: "pm" } })
  const approval = await call("/v1/approvals", {
    json: { subject: { type: "custom", id: "x" }, required: [{ roles: ["pm"], count: 3 }], preventSelfReview: false }
  })
  const ended = await call("/v1/sessions", { json: { role: "pm" } })
  for (const status of ["active", "completed"])
    await call(`/v1/sessions/${ended.body.id}`, { method: "PUT", json: { status } })
  const plan = {
    name: "plan",
    phases: ["A", "B"].map((id, order) => ({ id, name: id, order, tasks: [{ key: `${id}1`, title: id }] }))
  }
  await call("/v1/workflows/plan", { method: "PUT", json: plan })
  const run = await call("/v1/runs", { json: { workflow: "plan", title: "t" } })
  const asked = await call(`/v1/runs/${run.body.id}/questions`, { json: { text: "t", task: "B1" } })
  const hook = { name: "hook", endpoint: "https://example.com", types: ["*.*"] }
  const subscription = await call("/v1/subscriptions", { json: hook })
  const budget = await call("/v1/budgets", { json: { name: "n", scope: { type: "tenant" }, limit: "5" } })
  const ids = [
    budget.body.id,
    subscription.body.id,
    session.body.id,
    ended.body.id,
    approval.body.id,
    run.body.id,
    run.body.id,
    asked.body.openQuestions[0].id,
    crypto.randomUUID()
  ]
  const tokens = [
    await token(),
    await token(),
    await token({ tenant: "other" }),
    await token({ scope: "audit:read" }),
    "x"
  ]
  const random = randomOf(seed)
  const next = randomRequests(random, { ids, tokens })
  const statuses = new Map<number, number>()

  const goesOn = (): boolean => {
    const sent = [...statuses.values()].reduce((sum, one) => sum + one, 0)
    return sent < REQUESTS || (sent < 10 * REQUESTS && WANTED.some((status) => !statuses.has(status)))
  }
  const client = async (): Promise<void> => {
    while (goesOn()) {
      const request = next()
      const told = () =>
        `${request.method} ${request.target} ${JSON.stringify(request.headers)} ${request.body.toString().slice(0, 300)}`
      const answer = await exchange(url, request, random() < 0.1).catch((error) => {
        throw new Error(`${error.message} to ${told()}`)
      })
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      expect([500, 502], told()).not.toContain(answer.status)
      if (answer.status < 400 || request.method === "HEAD") continue
      expect(answer.headers.toLowerCase(), told()).toContain("content-type: application/problem+json")
      expect(JSON.parse(answer.body), told()).toMatchObject({
        type: expect.stringMatching(/^urn:sluice:problem:[a-z-]+$/),
        title: expect.any(String),
        status: answer.status,
        detail: expect.any(String)
      })
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))

  expect((await call("/v1/sessions", { json: { role: "pm" } })).status).toBe(201)
  expect([...statuses.keys()], JSON.stringify([...statuses])).toEqual(expect.arrayContaining(WANTED))
})
