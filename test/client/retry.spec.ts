import { createClient, isProblem, problems, SluiceProblem, SluiceUnreachable } from "@sluice/client"
import { expect, it } from "vitest"
import { journeyStack } from "../support/journey.stack.ts"
import { gatewayTo } from "./gateway.ts"

const journey = await journeyStack()
const gateway = await gatewayTo(journey.api)
const { token } = await journey.organisation().person("pm")
const retry = { firstPause: 20, longestPause: 40 }
const client = createClient({ url: gateway.url, token, retry })
const direct = createClient({ url: journey.api, token })
const opening = { payload: { role: "pm" } } as const

const sessions = async (): Promise<number> => (await direct.audit.list({ query: { limit: 200 } })).body.items.length
/** The audit is a read model: it has everything once it shows the newest session. */
const sessionsOnceSeen = async (id: string): Promise<number> => {
  for (;;) {
    const { items } = (await direct.audit.list({ query: { limit: 200 } })).body
    if (items.some(({ subject }) => subject === `session-${id}`)) return items.length
  }
}

it.each(["lose-answer", "cut-answer", "lose-request"] as const)(
  "%s: the command is sent again under the same key, and has one effect",
  async (fate) => {
    const before = await sessions()
    gateway.next(fate)
    const opened = await client.sessions.open(opening)
    expect(gateway.arrivals).toHaveLength(2)
    const [first, second] = gateway.arrivals
    expect(first?.key).toMatch(/^[0-9a-f-]{36}$/)
    expect(second?.key).toBe(first?.key)
    const done = fate !== "lose-request"
    expect(opened).toMatchObject({ attempts: 2, replayed: done, status: done ? 200 : 201, version: 1 })
    expect(await sessionsOnceSeen(opened.body.id)).toBe(before + 1)
  }
)

it("each call has a key of its own, and a given one is kept", async () => {
  gateway.next()
  await client.sessions.open(opening)
  await client.sessions.open(opening)
  const keys = gateway.arrivals.map(({ key }) => key)
  expect(new Set(keys).size).toBe(2)
  const one = await client.sessions.open(opening, { idempotencyKey: "mine" })
  const two = await client.sessions.open(opening, { idempotencyKey: "mine" })
  expect(two).toMatchObject({ body: one.body, replayed: true, attempts: 1 })
})

it.each([
  [429, "1"],
  [503, new Date(Date.now() + 3_600_000).toUTCString()]
])("waits as long as Retry-After asks: %i, %s", async (status, retryAfter) => {
  gateway.next({ status, headers: { "retry-after": retryAfter } })
  const patient = createClient({ url: gateway.url, token, retry: { ...retry, within: 5_000 } })
  if (retryAfter === "1") {
    expect((await patient.sessions.list()).attempts).toBe(2)
    const [first, second] = gateway.arrivals.map(({ at }) => at) as [number, number]
    expect(second - first).toBeGreaterThanOrEqual(990)
  } else {
    // Longer than there is time for: said at once.
    const failure = await patient.sessions.list().catch((error: unknown) => error)
    expect(failure).toMatchObject({ status: 503, type: "about:blank", call: { attempts: 1 } })
    expect(gateway.arrivals).toHaveLength(1)
  }
})

it("429, 502, 503 and 504 are tried again, whoever says them", async () => {
  gateway.next(...[429, 502, 503, 504].map((status) => ({ status, body: "<html>later</html>" })))
  expect(await client.sessions.open(opening)).toMatchObject({ attempts: 5, status: 201, replayed: false })
  expect(new Set(gateway.arrivals.map(({ key }) => key)).size).toBe(1)
})

it("a refusal is thrown at once, and so is a fault", async () => {
  const { body } = await client.sessions.open(opening)
  gateway.next()
  const refused = await client.sessions
    .update({ params: { id: body.id }, payload: { status: "completed" } })
    .catch((e) => e)
  expect(isProblem(refused, problems.InvalidTransition)).toBe(true)
  for (const status of [500, 501, 408, 301]) {
    gateway.next({ status, body: "no" })
    await expect(client.sessions.open(opening)).rejects.toMatchObject({ status, call: { attempts: 1 } })
    expect(gateway.arrivals).toHaveLength(1)
  }
})

it("gives up after so many attempts, and says under which key the command can be repeated", async () => {
  gateway.next(...Array.from({ length: 5 }, () => "lose-answer" as const))
  const few = createClient({ url: gateway.url, token, retry: { ...retry, attempts: 3 } })
  const failure = await few.sessions.open(opening).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(SluiceUnreachable)
  const { call } = failure as SluiceUnreachable
  expect(call).toMatchObject({ request: "POST /v1/sessions", attempts: 3 })
  expect(gateway.arrivals).toHaveLength(3)
  gateway.next()
  const repeated = await few.sessions.open(opening, { idempotencyKey: call.idempotencyKey as string })
  expect(repeated.replayed).toBe(true)
})

it("an attempt that hangs counts as lost; a call ends when its time is up", async () => {
  const { createServer } = await import("node:http")
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve))
  const { port } = silent.address() as { port: number }
  const url = `http://127.0.0.1:${port}`
  const impatient = createClient({ url, token, retry: { ...retry, attemptWithin: 50, within: 400 } })
  const failure = await impatient.sessions.list().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(SluiceUnreachable)
  expect((failure as SluiceUnreachable).call.attempts).toBeGreaterThan(1)
  silent.closeAllConnections()
  silent.close()
})

it("a signal gives a call up, under way or between two attempts", async () => {
  const controller = new AbortController()
  gateway.next({ status: 503, headers: { "retry-after": "20" } })
  const calling = client.sessions.list({}, { signal: controller.signal })
  const reason = new Error("enough")
  while (gateway.arrivals.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const aborted = performance.now()
  controller.abort(reason)
  await expect(calling).rejects.toBe(reason)
  expect(performance.now() - aborted).toBeLessThan(10_000) // of the 20 s it would have waited
  await expect(client.sessions.list({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

it("asks for a token for every attempt", async () => {
  let asked = 0
  const asking = async () => {
    asked += 1
    return asked === 1 ? "stale" : token
  }
  const refreshing = createClient({ url: gateway.url, token: asking, retry })
  gateway.next("lose-request")
  expect((await refreshing.sessions.list()).attempts).toBe(2)
  expect(gateway.arrivals.map(({ authorization }) => authorization)).toEqual(["Bearer stale", `Bearer ${token}`])
  const failure = await createClient({ url: gateway.url, token: "stale" })
    .sessions.list()
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(SluiceProblem)
  expect(isProblem(failure, problems.Unauthenticated)).toBe(true)
})
