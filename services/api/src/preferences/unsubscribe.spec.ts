import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import { signUnsubscription, UNSUBSCRIBE } from "@sluice/preference"
import { deriveKeys, freshKey, SecretsKey } from "@sluice/secrets"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"

const [newKey, oldKey] = [freshKey("new"), freshKey("old")]
const { call, database, token } = await runningApi({ secretsKey: `${newKey},${oldKey}` })
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const keysOf = (text: string) => deriveKeys(Schema.decodeSync(SecretsKey)(text), UNSUBSCRIBE)
const [signing] = keysOf(newKey) as [Uint8Array]
const owner = (id: string) => ({ kind: "actor", id: `user/${id}` }) as const
const link = async (id: string, key = signing, tenant = "acme") =>
  `/unsubscribe/${await signUnsubscription({ tenant, owner: owner(id) }, key)}`
const events = (id: string) => sql<{ type: string; tenant: string; actor: object }[]>`
  select type, tenant, metadata -> 'actor' as actor from sluice.events
  where stream_id = ${`preference-${preferenceId(owner(id))}`} order by position`

const subscribed = async (id: string) => {
  const json = { email: `${id}@example.com`, mode: "immediate" }
  await call("/v1/me/notification-preferences", { method: "PUT", json, token: await token({ sub: id }) })
}
const click = (path: string) =>
  call(path, {
    token: "",
    raw: "List-Unsubscribe=One-Click",
    headers: { "content-type": "application/x-www-form-urlencoded" }
  })

describe("the link in an e-mail", () => {
  it("stops them with one click and no token, once", async () => {
    await subscribed("ann")
    const path = await link("ann")
    const clicked = await click(path)
    expect(clicked).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" } })
    expect(clicked.body).toContain("E-mails are stopped")
    expect((await click(path)).status).toBe(200)
    expect(await events("ann")).toMatchObject([
      { type: "preference.set" },
      {
        type: "preference.unsubscribed",
        tenant: "acme",
        actor: { kind: "system", id: "unsubscribe", roles: [] }
      }
    ])
    const json = { email: "ann@example.com", mode: "off" }
    const after = await call("/v1/me/notification-preferences", {
      method: "PUT",
      json,
      token: await token({ sub: "ann" })
    })
    // Off it was already, the address was kept.
    expect(after.body).toMatchObject({ mode: "off", version: 2, email: "ann@example.com" })
  })

  it("is taken with whatever body", async () => {
    for (const [id, body] of [
      ["bob", {}],
      ["cay", { method: "POST" }],
      ["dan", { raw: "x".repeat(300_000) }]
    ] as const) {
      await subscribed(id)
      expect((await call(await link(id), { token: "", method: "POST", ...body })).status).toBe(200)
      expect(await events(id)).toHaveLength(2)
    }
  })

  it("asks first where it is only followed", async () => {
    await subscribed("eve")
    const path = await link("eve")
    const asked = await call(path, { token: "" })
    expect(asked).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } })
    expect(asked.body).toMatch(/<form method="post">/)
    expect(asked.body).toContain("user/eve")
    expect((await call(path, { token: "", method: "HEAD" })).status).toBe(200)
    expect(await events("eve")).toHaveLength(1)
  })

  it("loads nothing, runs nothing, and shows what is in it as text", async () => {
    const evil = { tenant: "acme", owner: { kind: "role", id: `<script>x</script>"'&` } } as const
    const { headers, body } = await call(`/unsubscribe/${await signUnsubscription(evil, signing)}`, { token: "" })
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/
    )
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" })
    expect(body).not.toContain("<script")
    expect(body).toContain("&lt;script&gt;")
  })

  it("stays good when the key was replaced, and is no good when it is not ours", async () => {
    await subscribed("fay")
    const [old] = keysOf(oldKey) as [Uint8Array]
    const [strange] = keysOf(freshKey("strange")) as [Uint8Array]
    const good = await link("fay", old)
    for (const path of [await link("fay", strange), `${good}x`, "/unsubscribe/x", "/unsubscribe/%20"])
      for (const method of ["GET", "POST"]) {
        const refused = await call(path, { token: "", method })
        expect(refused).toMatchObject({ status: 404, headers: { "content-type": "text/html; charset=utf-8" } })
      }
    expect(await events("fay")).toHaveLength(1)
    expect((await click(good)).status).toBe(200)
    expect(await events("fay")).toHaveLength(2)
  })

  it("is of its tenant alone", async () => {
    await subscribed("gus")
    expect((await click(await link("gus", signing, "other"))).status).toBe(200)
    expect(await events("gus")).toHaveLength(1)
  })

  it("takes no other method, and nothing behind it", async () => {
    const path = await link("ann")
    const refused = await call(path, { token: "", method: "DELETE" })
    expectProblem(refused, 405, "method-not-allowed")
    expect(refused.headers.allow).toBe("GET, HEAD, POST, OPTIONS")
    expectProblem(await call(`${path}/more`, { token: "" }), 404, "route-not-found")
  })
})
