import { Api } from "@sluice/contracts/api"
import { NeedsScope } from "@sluice/contracts/http/http.auth"
import { Context } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"

const { call, token } = await runningApi()

const routes = Object.values(Api.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ method, path, annotations }) => ({
    method,
    path: path.replace(":id", "01a1fdc9-7a89-75fa-95df-188c3d800a4c"),
    scopes: Context.get(annotations as Context.Context<NeedsScope>, NeedsScope)
  }))
)

describe.each(routes)("$method $path", ({ method, path, scopes }) => {
  const ask = (by: string, how = method) =>
    call(path, { method: how, token: by, ...(method === "GET" ? {} : { raw: "{" }) })
  /** An open stream has no end to wait for. */
  const look = path.endsWith("/stream") ? "HEAD" : method

  it("is for nobody without a token: 401, before anything else is said", async () => {
    const answer = await ask("")
    expectProblem(answer, 401, "unauthenticated")
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="sluice"')
  })

  it.each([
    ["that is none", () => "x"],
    ["that has expired", () => token({}, "-1s")],
    ["without a tenant", () => token({ tenant: undefined })],
    ["of the system", () => token({ kind: "system" })]
  ])("is for nobody with a token %s: 401", async (_, make) => {
    const answer = await ask(await make())
    expectProblem(answer, 401, "unauthenticated")
    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="sluice", error="invalid_token"')
  })

  it("needs its scope: 403 before the input is looked at", async () => {
    const all = [
      "sessions:read",
      "sessions:write",
      "approvals:read",
      "approvals:write",
      "approvals:decide",
      "approvals:admin",
      "audit:read",
      "runs:admin"
    ]
    const others = all.filter((one) => !(scopes as ReadonlyArray<string>).includes(one))
    expectProblem(await ask(await token({ scope: others.join(" ") })), 403, "scope-missing", { scopes })
    for (const scope of scopes) expect([200, 400, 404]).toContain((await ask(await token({ scope }), look)).status)
  })
})

it("another scheme than Bearer is no token", async () => {
  const basic = await call("/v1/sessions", { token: "", headers: { authorization: "Basic YTpi" } })
  expectProblem(basic, 401, "unauthenticated")
})
