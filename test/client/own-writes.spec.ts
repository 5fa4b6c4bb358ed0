import { type Client, createClient, isProblem, problems } from "@sluice/client"
import { expect, it } from "vitest"
import { journeyStack } from "../support/journey.stack.ts"
import { gatewayTo } from "./gateway.ts"

const journey = await journeyStack()
const gateway = await gatewayTo(journey.api)
const projector = journey.stack.services.get("projector")
const { token } = await journey.organisation().person("pm", { roles: ["pm", "lead"] })
const client = createClient({ url: gateway.url, token, waitForOwnWrites: 10_000 })
const document = {
  name: "client",
  phases: [{ id: "build", name: "Build", order: 1, tasks: [{ key: "a", title: "A" }] }]
}
const asked = () => new URL(gateway.arrivals.at(-1)?.url as string, gateway.url).searchParams

it("a read shows what this client has just written, every time", async () => {
  const { body } = await client.sessions.open({ payload: { role: "pm" } })
  const params = { id: body.id }
  expect((await client.sessions.read({ params })).body).toEqual(body)
  for (let round = 0; round < 10; round++) {
    const status = round % 2 === 0 ? "active" : "paused"
    const written = await client.sessions.update({ params, payload: { status } })
    const read = await client.sessions.read({ params: { id: body.id.toUpperCase() } })
    expect(read.body).toEqual(written.body)
    expect(asked().get("minVersion")).toBe(String(round + 2))
  }
})

/** Something written, and everything that then must show it. */
const stories: ReadonlyArray<
  readonly [string, (client: Client) => Promise<ReadonlyArray<() => Promise<{ readonly version: number | undefined }>>>]
> = [
  [
    "usage, on its session",
    async ({ sessions }) => {
      const params = { id: (await sessions.open({ payload: { role: "pm" } })).body.id }
      const at = new Date().toISOString()
      await sessions.recordUsage({ params, payload: { usageId: "u", meter: "tokens.input", quantity: 1, at } })
      return [() => sessions.read({ params })]
    }
  ],
  [
    "a workflow",
    async ({ workflows }) => {
      const params = { name: "client" }
      await workflows.register({ params, payload: document })
      return [() => workflows.read({ params }), () => workflows.readVersion({ params: { ...params, version: 1 } })]
    }
  ],
  [
    "a run",
    async ({ runs, workflows }) => {
      await workflows.register({ params: { name: "client" }, payload: document })
      const params = { id: (await runs.start({ payload: { workflow: "client", title: "R" } })).body.id }
      await runs.addTask({ params, payload: { phase: "build", key: "b", title: "B" } })
      await runs.startTask({ params: { ...params, key: "b" } })
      return [
        () => runs.read({ params }),
        () => runs.brief({ params }),
        () => runs.context({ params }),
        () => runs.phases({ params })
      ]
    }
  ],
  [
    "an approval",
    async ({ approvals }) => {
      const subject = { type: "custom", id: "x" } as const
      const payload = { subject, required: [{ roles: ["lead"], count: 1 }], preventSelfReview: false }
      const params = { id: (await approvals.request({ payload })).body.id }
      await approvals.decide({ params, payload: { decision: "approve" } })
      return [() => approvals.read({ params })]
    }
  ],
  [
    "a webhook",
    async ({ subscriptions }) => {
      const payload = { name: "w", endpoint: "https://example.com/hook", types: ["session.*"], active: false }
      const params = { id: (await subscriptions.create({ payload })).body.id }
      await subscriptions.rotateSecret({ params })
      return [() => subscriptions.read({ params })]
    }
  ],
  [
    "preferences, one's own and a role's",
    async ({ preferences }) => {
      await preferences.setMine({ payload: { mode: "off" } })
      await preferences.setRole({ params: { role: "lead" }, payload: { mode: "off" } })
      return [() => preferences.readMine(), () => preferences.readRole({ params: { role: "lead" } })]
    }
  ],
  [
    "a budget",
    async ({ budgets }) => {
      const payload = { name: "b", scope: { type: "tenant" }, limit: "10" } as const
      const params = { id: (await budgets.create({ payload })).body.id }
      await budgets.update({ params, payload: { active: false } })
      return [() => budgets.read({ params })]
    }
  ]
]

it.each(stories)("%s: is waited for by every read of it", async (_, tell) => {
  const reads = await tell(client)
  for (const read of reads) {
    const { version } = await read()
    const wanted = Number(asked().get("minVersion"))
    expect(wanted).toBeGreaterThan(0)
    expect(version).toBeGreaterThanOrEqual(wanted)
  }
})

it("what is not visible yet is asked for again, until it is, or the attempts are used up", async () => {
  const { body } = await client.sessions.open({ payload: { role: "pm" } })
  const params = { id: body.id }
  await client.sessions.read({ params })
  await projector?.stop()
  const quick = createClient({ url: gateway.url, token, waitForOwnWrites: 50, retry: { attempts: 1 } })
  const written = await quick.sessions.update({ params, payload: { status: "active" } })
  const early = await quick.sessions.read({ params }).catch((error: unknown) => error)
  expect(isProblem(early, problems.NotYetVisible) && early.refusal).toMatchObject({ version: 1, minVersion: 2 })
  const stranger = createClient({ url: gateway.url, token })
  expect((await stranger.sessions.read({ params })).version).toBe(1)

  const patient = createClient({
    url: gateway.url,
    token,
    waitForOwnWrites: 50,
    retry: { firstPause: 10, attempts: 90, within: 90_000 }
  })
  await patient.sessions.update({ params, payload: { status: "paused" } })
  gateway.next()
  const reading = patient.sessions.read({ params })
  while (gateway.arrivals.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  await projector?.start()
  expect(await reading).toMatchObject({ version: 3, body: { id: written.body.id, status: "paused" } })
})

it("remembers so many resources and no more", async () => {
  const small = createClient({ url: gateway.url, token, rememberedResources: 2 })
  const ids: Array<string> = []
  for (let n = 0; n < 3; n++) ids.push((await small.sessions.open({ payload: { role: "pm" } })).body.id)
  const remembered: Array<boolean> = []
  for (const id of ids) {
    await client.sessions.read({ params: { id }, query: { minVersion: 1, wait: "10s" } })
    await small.sessions.read({ params: { id } })
    remembered.push(asked().has("minVersion"))
  }
  expect(remembered).toEqual([false, true, true])
})
