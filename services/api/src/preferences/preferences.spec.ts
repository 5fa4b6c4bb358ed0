import { PreferenceView } from "@sluice/contracts/preference/preference.views"
import { preferenceReadModel } from "@sluice/preference/preference.read-model"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { projected } from "../testing/rows.project.ts"

const { call, token, database } = await runningApi()
const project = projected(database.adminUrl, [preferenceReadModel])

const MINE = "/v1/me/notification-preferences"
const ofRole = (role: string) => `/v1/roles/${encodeURIComponent(role)}/notification-preferences`
const put = async (path: string, json: object, rest: { token?: string; headers?: Record<string, string> } = {}) =>
  call(path, { method: "PUT", json, ...rest })
const somebody = (sub: string, claims = {}) => token({ sub, ...claims })
const digest = { email: "ada@example.com", mode: "digest", digestAt: "07:30", timeZone: "Europe/Vienna" }

describe("preferences", () => {
  it("are the defaults before anybody set them", async () => {
    const answer = await call(MINE, { token: await somebody("new") })
    expect(answer).toMatchObject({
      status: 200,
      headers: { etag: '"0"' },
      body: {
        owner: { kind: "actor", id: "user/new" },
        email: null,
        mode: "off",
        digestAt: "08:00",
        timeZone: "UTC",
        version: 0,
        updatedAt: null
      }
    })
    expect(Schema.is(PreferenceView)(answer.body)).toBe(true)
  })

  it("are set, set again without effect, replaced, and read", async () => {
    const first = await put(MINE, digest)
    expect(first).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: { ...digest, version: 1 } })
    expect(await put(MINE, digest)).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: first.body })
    const second = await put(MINE, { mode: "immediate", email: "a@b.example" })
    expect(second.body).toMatchObject({ mode: "immediate", digestAt: "08:00", timeZone: "UTC", version: 2 })
    await project()
    expect(await call(`${MINE}?minVersion=2&wait=1s`)).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: second.body
    })
    expect(Object.keys((await call(MINE)).body)).not.toContain("createdAt")
  })

  it("can be waited for by whom has just set them", async () => {
    const ben = await somebody("ben")
    const early = await call(`${MINE}?minVersion=1&wait=20ms`, { token: ben })
    expectProblem(early, 503, "not-yet-visible", { version: 0, minVersion: 1 })
    await put(MINE, digest, { token: ben })
    const waiting = call(`${MINE}?minVersion=1&wait=10s`, { token: ben })
    await project()
    expect(await waiting).toMatchObject({ status: 200, body: { ...digest, version: 1 } })
  })

  it("are one's own: those of another kind of actor, another role, another tenant are others", async () => {
    await put(MINE, digest, { token: await somebody("carl") })
    await put(ofRole("carl"), { ...digest, email: "role@example.com" })
    await project()
    for (const claims of [{ kind: "agent" }, { tenant: "other" }])
      expect((await call(MINE, { token: await somebody("carl", claims) })).body).toMatchObject({
        mode: "off",
        version: 0
      })
    expect((await call(ofRole("carl"))).body).toMatchObject({
      owner: { kind: "role", id: "carl" },
      email: "role@example.com"
    })
    const stranger = await somebody("ada", { tenant: "other" })
    expect((await call(ofRole("carl"), { token: stranger })).body).toMatchObject({ mode: "off", version: 0 })
  })

  it("of a role may have any name that a role may have", async () => {
    const role = "Finanz / Ö%20 & *"
    expect((await put(ofRole(role), digest)).body.owner).toEqual({ kind: "role", id: role })
    expectProblem(await put(ofRole("x".repeat(51)), digest), 400, "bad-request")
  })

  it("need the scope", async () => {
    const reader = await somebody("dora", { scope: "notifications:read" })
    expect((await put(MINE, digest, { token: reader })).status).toBe(200)
    expectProblem(await call(ofRole("pm"), { token: reader }), 403, "scope-missing")
    expectProblem(await put(ofRole("pm"), digest, { token: reader }), 403, "scope-missing")
    const admin = await somebody("emil", { scope: "subscriptions:admin" })
    expect((await put(ofRole("pm"), digest, { token: admin })).status).toBe(200)
    expectProblem(await put(MINE, digest, { token: admin }), 403, "scope-missing")
    expectProblem(await call(MINE, { token: "" }), 401, "unauthenticated")
  })

  it("are refused with everything that is wrong", async () => {
    const bad = await put(MINE, { mode: "digest", digestAt: "24:00", timeZone: "Mars/Olympus", sms: true })
    expectProblem(bad, 422, "input-refused")
    expect(pointers(bad).toSorted()).toEqual(["/digestAt", "/email", "/sms", "/timeZone"])
    const addresses = [
      "ada",
      "a b@example.com",
      "a@b\r\nBcc: c@d",
      "a@b,c@d",
      "<a@b>",
      `${"a".repeat(250)}@b.example`,
      7
    ]
    for (const email of addresses) expect(pointers(await put(MINE, { mode: "off", email }))).toEqual(["/email"])
    expect(pointers(await put(MINE, { mode: "immediate", email: null }))).toEqual(["/email"])
    expect(pointers(await put(MINE, {}))).toEqual(["/mode"])
    expect(pointers(await put(MINE, { mode: "sometimes" }))).toEqual(["/mode"])
    expectProblem(await call(MINE, { method: "PUT", raw: "{" }), 400, "malformed-body")
    expectProblem(await call(`${MINE}?minVersion=x`), 400, "bad-request")
  })

  it("keep their conventions: one effect under a key, and only from the version that was seen", async () => {
    const fay = await somebody("fay")
    const headers = { "idempotency-key": "k-1" }
    const first = await put(MINE, digest, { token: fay, headers })
    const again = await put(MINE, digest, { token: fay, headers })
    expect(again).toMatchObject({
      status: 200,
      headers: { "idempotency-replayed": "true", etag: '"1"' },
      body: first.body
    })
    expectProblem(await put(MINE, { mode: "off" }, { token: fay, headers }), 422, "idempotency-key-reused")
    const late = { token: fay, headers: { "if-match": '"0"' } }
    expectProblem(await put(MINE, { mode: "off" }, late), 412, "precondition-failed", { version: 1 })
    expect((await put(MINE, { mode: "off" }, { token: fay, headers: { "if-match": '"1"' } })).body.version).toBe(2)
    const gus = { token: await somebody("gus"), headers: { "if-match": '"0"' } }
    expect((await put(MINE, digest, gus)).body.version).toBe(1)
  })
})
