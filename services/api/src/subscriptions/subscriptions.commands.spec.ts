import { SubscriptionView, SubscriptionWithSecret } from "@sluice/contracts/subscription/subscription.views"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem, pointers } from "../testing/problem.expect.ts"
import { keptSecrets } from "../testing/secrets.kept.ts"

const { call, token, database, secretsKey } = await runningApi()
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
const hook = { name: "hook", endpoint: "https://example.com/hook?a=1", types: ["approval.*", "run.completed"] }
const create = async (more: object = {}) => (await call("/v1/subscriptions", { json: { ...hook, ...more } })).body
const patch = (id: string, json: object, headers = {}) =>
  call(`/v1/subscriptions/${id}`, { method: "PATCH", json, headers })
const rotate = (id: string, json?: object, headers = {}) =>
  call(`/v1/subscriptions/${id}/rotate-secret`, { method: "POST", headers, ...(json === undefined ? {} : { json }) })
const remove = (id: string, headers = {}) => call(`/v1/subscriptions/${id}`, { method: "DELETE", headers })
const typesOf = async (id: string): Promise<ReadonlyArray<string>> => {
  const rows = await sql`select type from sluice.events where stream_id = ${`subscription-${id}`} order by version`
  return rows.map(({ type }) => type)
}
const kept = keptSecrets(sql, secretsKey)

describe("creating a subscription", () => {
  it("answers 201 with it and, this once, its secret", async () => {
    const answer = await call("/v1/subscriptions", { json: hook })
    expect(answer).toMatchObject({
      status: 201,
      headers: { etag: '"1"', location: `/v1/subscriptions/${answer.body.id}` },
      body: {
        ...hook,
        strictOrder: false,
        active: true,
        status: "active",
        disabled: null,
        previousSecretUntil: null,
        owner: { kind: "user", id: "ada", roles: ["pm"] },
        version: 1
      }
    })
    const { secret, ...shown } = answer.body
    expect(Schema.is(SubscriptionWithSecret)(answer.body)).toBe(true)
    expect(Schema.decodeUnknownResult(SubscriptionView, { onExcessProperty: "error" })(shown)).toMatchObject({
      _tag: "Success"
    })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await kept(answer.body.id)).toEqual([secret])
  })

  it("that is not to deliver yet is paused", async () => {
    expect(await create({ active: false, strictOrder: true })).toMatchObject({
      active: false,
      status: "paused",
      strictOrder: true,
      version: 2
    })
  })

  it("gives every one a secret of its own", async () => {
    const [one, other] = [await create(), await create()]
    expect(one.secret).not.toBe(other.secret)
  })

  it("names every fault at once", async () => {
    const json = {
      name: "",
      endpoint: "http://ada:pw@10.1.2.3/#x",
      types: ["approval.*", "approval.aproved", "", "subscription.*", "*"],
      strictOrder: "yes",
      secret: "mine"
    }
    const answer = await call("/v1/subscriptions", { json })
    expectProblem(answer, 422, "input-refused")
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: "/endpoint", message: "must start with https://" },
        { pointer: "/endpoint", message: "must not have a user name or password" },
        { pointer: "/endpoint", message: "must not have a fragment (#)" },
        { pointer: "/endpoint", message: "leads to an address that is not public (private)" },
        { pointer: "/types/1", message: "matches no type of event" }
      ])
    )
    expect([...new Set(pointers(answer))].toSorted()).toEqual(
      ["/endpoint", "/name", "/secret", "/strictOrder", "/types/1", "/types/2", "/types/3", "/types/4"].toSorted()
    )
    const other = await call("/v1/subscriptions", { json: { endpoint: "hook", types: [] } })
    expect(pointers(other).toSorted()).toEqual(["/endpoint", "/name", "/types"])
  })

  it.each(["http://localhost:1", "https://127.0.0.1", "https://[::1]/x", "http://example.com"])(
    "refuses %s",
    async (endpoint) => {
      const answer = await call("/v1/subscriptions", { json: { ...hook, endpoint } })
      expectProblem(answer, 422, "input-refused")
      expect(new Set(pointers(answer))).toEqual(new Set(["/endpoint"]))
    }
  )

  it("is for subscriptions:admin", async () => {
    const weak = await token({ scope: "notifications:read" })
    expectProblem(await call("/v1/subscriptions", { json: {}, token: weak }), 403, "scope-missing")
    expectProblem(await call("/v1/subscriptions", { json: hook, token: "" }), 401, "unauthenticated")
  })

  it("under an Idempotency-Key has one effect, and no repeat shows the secret", async () => {
    const headers = { "idempotency-key": "create" }
    const again = () => call("/v1/subscriptions", { json: hook, headers })
    const answers = await Promise.all(Array.from({ length: 6 }, again))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 201])
    const { secret, ...shown } = answers.find(({ status }) => status === 201)?.body ?? {}
    for (const { status, headers, body } of answers)
      if (status === 200) {
        expect(headers["idempotency-replayed"]).toBe("true")
        expect(body).toEqual(shown)
      }
    expect(secret).toMatch(/^whsec_/)
    expect(await kept(shown.id)).toEqual([secret])
    expectProblem(
      await call("/v1/subscriptions", { json: { ...hook, name: "other" }, headers }),
      422,
      "idempotency-key-reused"
    )
  })
})

describe("changing a subscription", () => {
  it("changes what is told, and answers the same again without an event", async () => {
    const { id } = await create()
    const changed = await patch(id, { name: "other", types: ["*.*"], active: false })
    expect(changed).toMatchObject({
      status: 200,
      headers: { etag: '"3"' },
      body: { name: "other", types: ["*.*"], endpoint: hook.endpoint, status: "paused" }
    })
    expect(changed.body).not.toHaveProperty("secret")
    expect(await patch(id, { name: "other", active: false })).toMatchObject({ status: 200, headers: { etag: '"3"' } })
    expect((await patch(id, { active: true })).body).toMatchObject({ status: "active", version: 4 })
    expect(await typesOf(id)).toEqual([
      "subscription.created",
      "subscription.updated",
      "subscription.paused",
      "subscription.activated"
    ])
  })

  it("holds endpoint and patterns to the same rules, and needs one change", async () => {
    const { id } = await create()
    const answer = await patch(id, { endpoint: "https://169.254.169.254/latest", types: ["x.y"], more: 1 })
    expectProblem(answer, 422, "input-refused")
    expect(pointers(answer).toSorted()).toEqual(["/endpoint", "/more", "/types/0"])
    expectProblem(await patch(id, {}), 422, "input-refused")
  })

  it("holds to If-Match", async () => {
    const { id } = await create()
    expectProblem(await patch(id, { name: "b" }, { "if-match": '"7"' }), 412, "precondition-failed", { version: 1 })
    expect((await patch(id, { name: "b" }, { "if-match": '"1"' })).body.version).toBe(2)
  })

  it("says that there is none before anything about the input", async () => {
    for (const id of [unknown, (await create()).id]) {
      const by = { token: await token({ tenant: "other" }) }
      const one = id === unknown ? {} : by
      const path = `/v1/subscriptions/${id}`
      for (const json of [{ name: "x" }, { types: ["x"] }])
        expectProblem(await call(path, { method: "PATCH", json, ...one }), 404, "subscription-not-found", {
          subscriptionId: id
        })
      expectProblem(await call(path, { method: "DELETE", ...one }), 404, "subscription-not-found")
      expectProblem(await call(`${path}/rotate-secret`, { method: "POST", ...one }), 404, "subscription-not-found")
      expectProblem(await call(`${path}/test`, { method: "POST", ...one }), 404, "subscription-not-found")
      expectProblem(await call(`${path}/redeliver`, { json: {}, ...one }), 404, "subscription-not-found")
    }
  })
})

describe("trying it", () => {
  it("has a test event sent, each time", async () => {
    const { id } = await create()
    const test = () => call(`/v1/subscriptions/${id}/test`, { method: "POST" })
    expect(await test()).toMatchObject({ status: 202, headers: { etag: '"2"' }, body: { id, status: "active" } })
    expect((await test()).headers.etag).toBe('"3"')
    const strange = await call(`/v1/subscriptions/${id}/test`, { json: { a: 1 } })
    expectProblem(strange, 422, "input-refused", { errors: [{ pointer: "/a", message: "Unexpected key" }] })
  })

  it("once under an Idempotency-Key", async () => {
    const { id } = await create()
    const test = () =>
      call(`/v1/subscriptions/${id}/test`, { method: "POST", headers: { "idempotency-key": "try it" } })
    const first = await test()
    const again = await test()
    expect(again).toMatchObject({ status: 202, headers: { etag: '"2"', "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
  })

  it("needs it to be active", async () => {
    const { id } = await create({ active: false })
    const since = { since: "2026-01-31T12:00:00+01:00" }
    for (const [verb, json] of [
      ["test", {}],
      ["redeliver", since]
    ] as const)
      expectProblem(await call(`/v1/subscriptions/${id}/${verb}`, { json }), 409, "subscription-inactive", {
        state: "paused"
      })
  })

  it("has everything dead since a time made again", async () => {
    const { id } = await create()
    const path = `/v1/subscriptions/${id}/redeliver`
    expect(await call(path, { json: { since: "2026-01-31T12:00:00+01:00" } })).toMatchObject({ status: 202 })
    const [event] =
      await sql`select type, data from sluice.events where stream_id = ${`subscription-${id}`} and version = 2`
    expect(event).toEqual({
      type: "subscription.dead-redelivery-requested",
      data: { since: "2026-01-31T11:00:00.000Z" }
    })
    const answer = await call(path, { json: { since: "yesterday" } })
    expectProblem(answer, 422, "input-refused")
    expect(new Set(pointers(answer))).toEqual(new Set(["/since"]))
  })
})

describe("deleting a subscription", () => {
  it("answers it as it was left, and from then on there is none", async () => {
    const { id } = await create()
    expect(await remove(id)).toMatchObject({ status: 200, body: { id, status: "deleted", active: false, version: 2 } })
    for (const answer of [
      await remove(id),
      await remove(id, { "if-match": '"1"' }),
      await patch(id, { active: true }),
      await patch(id, { types: ["x"] }),
      await rotate(id),
      await call(`/v1/subscriptions/${id}/test`, { method: "POST" }),
      await call(`/v1/subscriptions/${id}?minVersion=2`),
      await call(`/v1/subscriptions/${id}/deliveries`)
    ])
      expectProblem(answer, 404, "subscription-not-found", { subscriptionId: id })
    expect(await kept(id)).toHaveLength(1)
  })

  it("under an Idempotency-Key is answered again", async () => {
    const { id } = await create()
    const headers = { "idempotency-key": "gone", "if-match": '"1"' }
    const first = await remove(id, headers)
    expect(first.status).toBe(200)
    const again = await remove(id, headers)
    expect(again).toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" } })
    expect(again.body).toEqual(first.body)
  })
})

describe("in development", async () => {
  const dev = await runningApi({ allowLoopback: true, database })

  it("endpoints may be on this machine", async () => {
    for (const endpoint of ["http://localhost:8080/x", "http://127.0.0.1:1", "https://[::1]/"])
      expect((await dev.call("/v1/subscriptions", { json: { ...hook, endpoint } })).status, endpoint).toBe(201)
    for (const endpoint of ["http://example.com", "http://10.0.0.1", "https://0.0.0.0"])
      expect((await dev.call("/v1/subscriptions", { json: { ...hook, endpoint } })).status, endpoint).toBe(422)
  })
})
