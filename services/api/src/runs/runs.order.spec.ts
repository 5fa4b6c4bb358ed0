import { Api } from "@sluice/contracts/api"
import { NeedsScope } from "@sluice/contracts/http/http.auth"
import { approvalId } from "@sluice/contracts/run/run.ids"
import { Context, Option } from "effect"
import { describe, expect, it } from "vitest"
import type { Answer } from "../testing/api.running.ts"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { one, runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, token } = await runningApi()
const { begin, on, does, completes } = runDriver(call)

const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
const note = "01a1fdc9-7a89-75fa-95df-188c3d800a4d"
const bad = { no: "such field" }

interface Route {
  readonly method: string
  readonly path: string
  readonly scopes: ReadonlyArray<string>
}
const routes: ReadonlyArray<Route> = ["runs", "phases"].flatMap((group) =>
  Object.values(Api.groups[group as "runs" | "phases"].endpoints).map((endpoint) => ({
    method: endpoint.method,
    path: endpoint.path,
    scopes: Option.getOrElse(Context.getOption(endpoint.annotations, NeedsScope), () => [])
  }))
)
const at = ({ path }: Route, id: string): string =>
  path.replace(":id", id).replace(":key", "A1").replace(":phase", "A").replace(":note", note)
const ask = (route: Route, id: string, by: string, json: object = bad): Promise<Answer> =>
  call(at(route, id), route.method === "GET" ? { token: by } : { method: route.method, json, token: by })
const ofOne = routes.filter(({ path }) => path.includes(":id"))
const commands = ofOne.filter(({ method }) => method === "POST")
const named = (list: ReadonlyArray<Route>) => list.map((route) => [`${route.method} ${route.path}`, route] as const)

const two = [{ id: "A", tasks: tasksOf("A", 1), checkpoint: one("lead") }, { id: "B" }]

describe("every route of runs and phases", () => {
  it("asks for a scope of its own kind", () => {
    const admin = ["/v1/runs/:id/cancel", "/v1/runs/:id/unstick", "/v1/runs/:id/tasks/:key/reopen"]
    expect(routes.length).toBeGreaterThan(30)
    for (const { method, path, scopes } of routes) {
      const write = admin.includes(path)
        ? "runs:admin"
        : path.includes("checkpoints")
          ? "approvals:decide"
          : "runs:write"
      expect([path, scopes]).toEqual([path, [method === "GET" ? "runs:read" : write]])
    }
  })

  it.each(named(routes))("%s: 401, then scope 403, before anything else is looked at", async (_, route) => {
    expectProblem(await ask(route, "17", "no.token"), 401, "unauthenticated")
    const others = ["runs:read", "runs:write", "runs:admin", "approvals:decide", "approvals:admin", "approvals:write"]
    const scope = others.filter((other) => !route.scopes.includes(other)).join(" ")
    expectProblem(await ask(route, unknown, await token({ scope })), 403, "scope-missing", { scopes: route.scopes })
    const enough = await ask(route, unknown, await token({ scope: route.scopes.join(" ") }))
    expect([401, 403]).not.toContain(enough.status)
  })

  it.each(named(ofOne))("%s: 400 for an id that is none, 404 for one that is not there", async (_, route) => {
    expectProblem(await ask(route, "17", await token()), 400, "bad-request", { errors: [{ pointer: "/path/id" }] })
    expectProblem(await ask(route, unknown, await token()), 404, "run-not-found", { runId: unknown })
    const tagged = {
      method: route.method,
      headers: { "if-match": '"1"' },
      ...(route.method === "GET" ? {} : { json: bad })
    }
    expectProblem(await call(at(route, unknown), tagged), 404, "run-not-found")
  })

  it.each(named(ofOne))("%s: another tenant is told 404", async (_, route) => {
    const { id } = await begin(two)
    const stranger = await token({ tenant: "other", roles: ["lead"] })
    expectProblem(await ask(route, id, stranger), 404, "run-not-found")
    expectProblem(await ask(route, id, stranger, {}), 404, "run-not-found")
  })

  it.each(named(commands))("%s: 404 of what the path names, then 422", async (_, route) => {
    const { id } = await begin(two)
    const json = bad
    const elsewhere = route.path.replace(":id", id).replace(":key", "Z9").replace(":phase", "Z").replace(":note", note)
    const missing = /:(key|phase|note)/.exec(route.path)?.[1]
    const answer = await call(elsewhere, { method: "POST", json })
    if (missing === undefined) expectProblem(answer, 422, "input-refused")
    else {
      const what = { key: "task", phase: "phase", note: route.path.includes("questions") ? "question" : "blocker" }
      expectProblem(answer, 404, `${what[missing as keyof typeof what]}-not-found`)
      if (missing !== "note") expectProblem(await ask(route, id, await token()), 422, "input-refused")
    }
  })
})

describe("checks come in this order: 401, scope 403, existence 404, input 422, role 403, state 409", () => {
  it("at a checkpoint", async () => {
    const { id } = await begin(two)
    await completes(id, "A1")
    const approval = approvalId(id, "checkpoint", "A", 1, 1)
    const intern = await token({ sub: "ian", roles: ["intern"] })
    const lead = await token({ sub: "lea", roles: ["lead"] })
    const says = (run: string, phase: string, json: object, by: string) =>
      on(run, `checkpoints/${phase}`, json, { token: by })
    const proceed = { verb: "proceed" }
    await does(id, "cancel")
    const steps = [
      [401, await says(unknown, "Z", bad, "")],
      [403, await says(unknown, "Z", bad, await token({ scope: "runs:admin" }))],
      [400, await says(id, "a%20b", bad, intern)],
      [404, await says(unknown, "Z", bad, intern)],
      [404, await says(id, "Z", bad, intern)],
      [422, await says(id, "A", bad, intern)],
      [403, await says(id, "A", proceed, intern)],
      [409, await says(id, "A", proceed, lead)]
    ] as const
    expect(steps.map(([, { status }]) => status)).toEqual(steps.map(([status]) => status))
    const decide = (by: string) =>
      call(`/v1/approvals/${approval}/decisions`, { json: { decision: "approve" }, token: by })
    expectProblem(await decide(intern), 403, "not-allowed-to-decide")
    expectProblem(await decide(lead), 409, "already-decided", { state: "cancelled" })
  })

  it("of a checkpoint that nobody has reached, too", async () => {
    const { id } = await begin(two)
    const intern = await token({ sub: "ian", roles: ["intern"] })
    const answer = await on(id, "checkpoints/A", { verb: "proceed" }, { token: intern })
    expectProblem(answer, 403, "not-allowed-to-decide", { roles: ["lead"] })
  })

  it("at a task: 404, 422, 412, 409", async () => {
    const { id } = await begin(two)
    await completes(id, "A1")
    const tag = { headers: { "if-match": '"1"' } }
    const steps = [
      [400, await on(id, "tasks/a%20b/start", bad, tag)],
      [404, await on(id, "tasks/Z/start", bad, tag)],
      [422, await on(id, "tasks/A1/start", bad, tag)],
      [412, await on(id, "tasks/A1/start", {}, tag)],
      [409, await on(id, "tasks/A1/start", {})]
    ] as const
    expect(steps.map(([, { status }]) => status)).toEqual(steps.map(([status]) => status))
  })

  it.each([
    ["phases/-x/validate", "/path/phase"],
    [`phases/${"x".repeat(65)}/validate`, "/path/phase"],
    ["phases/a%2Fb/block", "/path/phase"],
    ["tasks/%C3%A9/start", "/path/key"],
    ["checkpoints/.A", "/path/phase"],
    ["questions/17/answer", "/path/note"]
  ])("%s does not fit: 400", async (path, pointer) => {
    const { id } = await begin(two)
    expectProblem(await on(id, path, {}), 400, "bad-request", { errors: [{ pointer }] })
  })

  it("takes an id in capitals for the same run", async () => {
    const { id } = await begin(two)
    expect((await on(id.toUpperCase(), "tasks/A1/start")).body).toMatchObject({ id, version: 3 })
  })
})
