import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { expectProblem } from "../testing/problem.expect.ts"
import { keptSecrets } from "../testing/secrets.kept.ts"

const { call, database, secretsKey } = await runningApi()
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const hook = { name: "hook", endpoint: "https://example.com/hook?a=1", types: ["approval.*", "run.completed"] }
const create = async (more: object = {}) => (await call("/v1/subscriptions", { json: { ...hook, ...more } })).body
const patch = (id: string, json: object, headers = {}) =>
  call(`/v1/subscriptions/${id}`, { method: "PATCH", json, headers })
const rotate = (id: string, json?: object, headers = {}) =>
  call(`/v1/subscriptions/${id}/rotate-secret`, { method: "POST", headers, ...(json === undefined ? {} : { json }) })
const typesOf = async (id: string): Promise<ReadonlyArray<string>> => {
  const rows = await sql`select type from sluice.events where stream_id = ${`subscription-${id}`} order by version`
  return rows.map(({ type }) => type)
}
const kept = keptSecrets(sql, secretsKey)

describe("a secret", () => {
  it("is exchanged for another one, with an overlap of a day unless told", async () => {
    const { id, secret } = await create()
    const before = Date.now()
    const rotated = await rotate(id)
    expect(rotated).toMatchObject({ status: 200, headers: { etag: '"2"' } })
    expect(rotated.body.secret).toMatch(/^whsec_/)
    expect(await kept(id)).toEqual([secret, rotated.body.secret])
    const lasts = Date.parse(rotated.body.previousSecretUntil) - before
    expect(lasts).toBeGreaterThan(86_400_000 - 5000)
    expect(lasts).toBeLessThan(86_400_000 + 60_000)
    const soon = await rotate(id, { overlapSeconds: 0 })
    expect(Date.parse(soon.body.previousSecretUntil)).toBeLessThan(before + 60_000)
    expectProblem(await rotate(id, { overlapSeconds: 604_801 }), 422, "input-refused")
    const events = await sql`
      select data from sluice.events where stream_id = ${`subscription-${id}`} and type = 'subscription.secret-rotated'`
    expect(events.map(({ data }) => Object.keys(data).toSorted())).toEqual([
      ["previousUntil", "secretId"],
      ["previousUntil", "secretId"]
    ])
  })

  it("is rotated once under an Idempotency-Key, and not shown again", async () => {
    const { id } = await create()
    const headers = { "idempotency-key": "rotate" }
    const first = await rotate(id, undefined, headers)
    await patch(id, { name: "later" })
    const { secret, ...shown } = first.body
    expect(secret).toMatch(/^whsec_/)
    const again = await rotate(id, undefined, headers)
    expect(again).toMatchObject({ status: 200, headers: { etag: '"2"', "idempotency-replayed": "true" } })
    expect(again.body).toEqual(shown)
    expect(await typesOf(id)).toHaveLength(3)
  })

  it("is nowhere in the database as it is", async () => {
    const { id, secret } = await create()
    const rotated = (await rotate(id, undefined, { "idempotency-key": "plain" })).body.secret
    await patch(id, { name: "c" })
    const tables = await sql`
      select c.relname from pg_class c where c.relnamespace = 'sluice'::regnamespace and c.relkind in ('r', 'p')`
    expect(tables.length).toBeGreaterThan(10)
    const found: Array<string> = []
    for (const { relname } of tables)
      for (const one of [secret, rotated].map((text) => text.replace("whsec_", ""))) {
        const texts = [one, Buffer.from(one).toString("hex"), Buffer.from(one, "base64").toString("hex")]
        const [{ count }] = (await sql`
          select count(*)::integer as count from sluice.${sql(relname)} t
          where exists (select from unnest(${texts}::text[]) x where position(x in t::text) > 0)`) as unknown as [
          { count: number }
        ]
        if (count > 0) found.push(relname)
      }
    expect(found).toEqual([])
  })

  it("cannot be read by the API's own role", async () => {
    const api = postgres(database.urlFor("sluice_api"), { max: 1, onnotice: () => {} })
    await expect(api`select sealed from sluice.webhook_secrets`).rejects.toThrow("permission denied")
    await api.end()
  })
})
