import { jetstreamManager } from "@nats-io/jetstream"
import { declaredStream, EVENTS } from "@sluice/messaging"
import { registry } from "@sluice/telemetry/metrics"
import { expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { natsCaller, saidOf } from "../testing/nats.caller.ts"
import { randomMessages } from "../testing/random.messages.ts"
import { randomOf } from "../testing/random.numbers.ts"
import { randomRequests } from "../testing/random.requests.ts"

const { broker, call, token } = await runningApi()
const { connection, ask, leave, left, stored } = await natsCaller(broker.url, await token())
// Subscribers are given durables of it.
await (await jetstreamManager(connection)).streams.add(declaredStream(EVENTS))
const MESSAGES = Number(process.env.SLUICE_RANDOM_REQUESTS ?? 3000)
/** Each must be among the answers: a rare one may need more messages, up to ten times as many. */
const WANTED = [200, 201, 400, 401, 403, 404, 409, 412, 413, 415, 422]
const seed = Number(process.env.SLUICE_RANDOM_SEED ?? Date.now() % 1_000_000)

const becameOf = async (): Promise<Record<string, number>> => {
  const metric = await registry.getSingleMetric("sluice_nats_commands_total")?.get()
  const ours = (metric?.values ?? []).filter(({ labels }) => labels.door === "queue")
  return Object.fromEntries(ours.map(({ labels, value }) => [labels.outcome, value]))
}

it(`no message, however odd, is left without an answer, on either door (seed ${seed})`, {
  timeout: 300_000
}, async () => {
  const post = async (path: string, json: object, method = "POST") => (await call(path, { method, json })).body
  const session = await post("/v1/sessions", { role: "pm" })
  const approval = await post("/v1/approvals", {
    subject: { type: "custom", id: "x" },
    required: [{ roles: ["pm"], count: 3 }],
    preventSelfReview: false
  })
  const phases = ["A", "B"].map((id, order) => ({ id, name: id, order, tasks: [{ key: `${id}1`, title: id }] }))
  await post("/v1/workflows/plan", { name: "plan", phases }, "PUT")
  const run = await post("/v1/runs", { workflow: "plan", title: "t" })
  const ids = [session.id, approval.id, run.id, run.id, crypto.randomUUID()]
  const tokens = [
    await token(),
    await token(),
    await token(),
    await token({ tenant: "other" }),
    await token({ scope: "audit:read" }),
    "x"
  ]
  // The registry is this process's, and other specs may have run in it.
  const before = await becameOf()
  const random = randomOf(seed)
  const next = randomMessages(random, randomRequests(random, { ids, tokens }))
  const statuses = new Map<number, number>()
  let sent = 0
  let queued = 0

  const goesOn = (): boolean =>
    sent < MESSAGES || (sent < 10 * MESSAGES && WANTED.some((status) => !statuses.has(status)))
  const client = async (): Promise<void> => {
    while (goesOn()) {
      sent += 1
      const { to, data, headers } = next()
      const raw = { headers: { encode: () => headers } as never }
      const told = () => `${to} ${JSON.stringify(headers.toString("latin1"))} ${data.toString().slice(0, 300)}`
      if (random() < 0.2) {
        queued += 1
        connection.publish(`cmdq.${to}`, data, raw)
        continue
      }
      const answer = saidOf(
        await connection.request(`cmd.${to}`, data, { timeout: 30_000, ...raw }).catch((error) => {
          throw new Error(`${error.message} to ${told()}`)
        })
      )
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      expect(answer.status, told()).toBeLessThan(500)
      expect(answer.headers["x-trace-id"], told()).toMatch(/^[0-9a-f]{32}$/)
      if (answer.status < 400) continue
      expect(answer.headers["content-type"], told()).toBe("application/problem+json")
      expect(answer.body, told()).toMatchObject({
        type: expect.stringMatching(/^urn:sluice:problem:[a-z-]+$/),
        title: answer.headers["nats-service-error"],
        status: answer.status,
        detail: expect.any(String)
      })
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))

  await expect.poll(left, { timeout: 60_000 }).toBe(0)
  expect(await stored("PARKED")).toEqual([])
  const after = Object.entries(await becameOf()).map(([outcome, count]) => [outcome, count - (before[outcome] ?? 0)])
  const { done = 0, refused = 0, ...more } = Object.fromEntries(after.filter(([, count]) => count !== 0))
  expect(more).toEqual({})
  expect(done + refused).toBe(queued)
  const rejections = await stored("REJECTIONS")
  expect(rejections).toHaveLength(refused)
  for (const one of rejections) expect(one.body.status, JSON.stringify(one)).toBe(one.status)

  expect((await ask("cmd.acme.session.open", { body: { role: "pm" } })).status).toBe(201)
  await leave("cmdq.acme.session.open", { body: { role: "pm" }, headers: { "Idempotency-Key": "last" } })
  await expect.poll(left).toBe(0)
  expect([...statuses.keys()], JSON.stringify([...statuses])).toEqual(expect.arrayContaining(WANTED))
})
