import { createClient, isProblem, problems, SluiceProblem } from "@sluice/client"
import { routes } from "@sluice/client/route.table"
import { commands } from "@sluice/contracts/command/command.catalog"
import { expect, it } from "vitest"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const { person } = journey.organisation()
const { token } = await person("pm", { roles: ["pm"] })
const client = createClient({ url: journey.api, token })
const { body: session } = await client.sessions.open({ payload: { role: "pm" } })
const params = { id: session.id }

/** What a call is refused with. */
const refusalOf = async (calling: Promise<unknown>): Promise<SluiceProblem> => {
  const error = await calling.then(
    () => undefined,
    (error: unknown) => error
  )
  if (error instanceof SluiceProblem) return error
  throw new Error("It was not refused", { cause: error })
}

it("a refusal comes in its own class, with its fields, as the problem that it is, and with the trace", async () => {
  const refused = await refusalOf(client.sessions.update({ params, payload: { status: "completed" } }))
  expect(refused).toMatchObject({
    type: "urn:sluice:problem:invalid-transition",
    title: "Invalid transition",
    status: 409,
    detail: "Invalid transition from pending to completed",
    errors: [],
    problem: { sessionId: session.id, from: "pending", to: "completed" },
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    call: { request: `PUT /v1/sessions/${session.id}`, attempts: 1, idempotencyKey: expect.any(String) }
  })
  expect(refused.message).toBe(
    `PUT /v1/sessions/${session.id}: 409 Invalid transition: Invalid transition from pending to completed`
  )
  expect(isProblem(refused, problems.SessionEnded)).toBe(false)
  if (!isProblem(refused, problems.InvalidTransition)) throw new Error("another class")
  const { from, to } = refused.refusal
  expect([from, to]).toEqual(["pending", "completed"])
})

it.each([
  ["InputRefused", () => client.sessions.open({ payload: { role: "" } }), [{ pointer: "/role" }]],
  ["BadRequest", () => client.sessions.list({ query: { limit: 201 } }), [{ pointer: "/query/limit" }]],
  ["SessionNotFound", () => client.sessions.read({ params: { id: "01976a52-4f9b-7000-8000-000000000000" } }), []],
  ["PreconditionFailed", () => client.sessions.update({ params, payload: { taskId: null } }, { ifMatch: 9 }), []],
  ["MonthNotOver", () => client.billing.closeMonth({ params: { month: "2099-01" } }), []],
  ["PricesNotFound", () => client.billing.readPrices({ params: { version: 99 } }), []],
  ["WorkflowInvalid", () => client.workflows.register({ params: { name: "w" }, payload: "name: w" }), undefined],
  [
    "IdempotencyKeyReused",
    async () => {
      await client.sessions.open({ payload: { role: "pm" } }, { idempotencyKey: "twice" })
      return client.sessions.open({ payload: { role: "lead" } }, { idempotencyKey: "twice" })
    },
    []
  ]
] as const)("%s", async (name, call, errors) => {
  const refused = await refusalOf(call())
  expect(isProblem(refused, problems[name])).toBe(true)
  if (errors !== undefined) expect(refused.errors).toMatchObject(errors)
})

it("a token that may not", async () => {
  const { token } = await person("eve", { scope: "sessions:read" })
  const refused = await refusalOf(createClient({ url: journey.api, token }).sessions.open({ payload: { role: "pm" } }))
  expect(isProblem(refused, problems.ScopeMissing) && refused.refusal.scopes).toEqual(["sessions:write"])
})

it("If-Match takes the version of an answer", async () => {
  const paused = await client.sessions.update({ params, payload: { status: "active" } }, { ifMatch: session.version })
  expect(paused.version).toBe(session.version + 1)
  const again = client.sessions.update({ params, payload: { status: "paused" } }, { ifMatch: `"${session.version}"` })
  expect(isProblem(await refusalOf(again), problems.PreconditionFailed)).toBe(true)
})

it("a problem that this contract does not know is a problem all the same", async () => {
  const { createServer } = await import("node:http")
  const newer = { type: "urn:sluice:problem:sneezed", title: "Sneezed", status: 409, detail: "Bless you", times: 3 }
  const server = createServer((_, response) =>
    response.writeHead(409, { "content-type": "application/problem+json" }).end(JSON.stringify(newer))
  )
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { readonly port: number }
  const refused = await refusalOf(createClient({ url: `http://127.0.0.1:${port}`, token }).sessions.list())
  expect(refused).toMatchObject({ type: newer.type, status: 409, problem: newer, refusal: undefined })
  server.closeAllConnections()
  server.close()
})

it("parameters cannot lead elsewhere", async () => {
  for (const id of ["..", ".", ""])
    await expect(client.sessions.read({ params: { id } })).rejects.toBeInstanceOf(TypeError)
  const refused = await refusalOf(client.sessions.read({ params: { id: "../sessions?limit=1#" } }))
  expect(isProblem(refused, problems.BadRequest)).toBe(true)
})

it("every command of the contract takes an idempotency key, so that it can be repeated", () => {
  const keyed = routes.filter(({ takesKey }) => takesKey).map(({ group, name }) => `${group}.${name}`)
  expect(keyed).toEqual(commands.map(({ group, endpoint }) => `${group}.${endpoint.identifier}`))
  expect(keyed.length).toBeGreaterThan(40)
})

it("every refusal of the contract has its class here", () => {
  const known = new Set(Object.keys(problems))
  const titles = routes.flatMap(({ refusals }) =>
    [...refusals.values()].flat().map((schema) => JSON.stringify(schema.ast).match(/urn:sluice:problem:([a-z-]+)/)?.[1])
  )
  const classes = [...new Set(titles)].map((title) =>
    (title as string).replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  )
  expect(classes.length).toBeGreaterThan(30)
  expect(classes.filter((name) => !known.has(name))).toEqual([])
})
