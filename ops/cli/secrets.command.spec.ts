import { freshKey, makeSealer, SecretsKey } from "@sluice/secrets"
import { secretContext } from "@sluice/subscription"
import { testDatabase } from "@sluice/testing"
import { Schema } from "effect"
import postgres from "postgres"
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest"
import { sluice } from "./cli.spec-support.ts"

const database = await testDatabase()
const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => admin.end())
vi.stubEnv("DATABASE_URL", database.urlFor("sluice_operator"))
vi.stubEnv("NATS_URL", "nats://127.0.0.1:1")
afterAll(() => vi.unstubAllEnvs())

const [k1, k2] = [freshKey("k1"), freshKey("k2")]
const sealerOf = (keys: string) => makeSealer(Schema.decodeSync(SecretsKey)(keys))
const subscription = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"

/** Secrets under a key, as the API keeps them; their plain texts by id. */
const keep = async (keys: string, count: number, tenant = "acme"): Promise<ReadonlyMap<string, string>> => {
  const sealer = sealerOf(keys)
  const plain = new Map(Array.from({ length: count }, () => [crypto.randomUUID(), `whsec_${crypto.randomUUID()}`]))
  const rows = [...plain].map(([secret_id, text]) => {
    const { keyName: key_name, sealed } = sealer.seal(text, secretContext(tenant, subscription, secret_id))
    return { tenant, subscription_id: subscription, secret_id, key_name, sealed: Buffer.from(sealed) }
  })
  await admin`insert into sluice.webhook_secrets ${admin(rows)}`
  return plain
}
/** What is kept, opened by these keys alone. */
const opened = async (keys: string): Promise<ReadonlyMap<string, string>> => {
  const sealer = sealerOf(keys)
  const rows = await admin`select * from sluice.webhook_secrets`
  return new Map(
    rows.map(({ tenant, secret_id, key_name: keyName, sealed }) => [
      secret_id,
      sealer.open({ keyName, sealed }, secretContext(tenant, subscription, secret_id))
    ])
  )
}
const rewrap = (keys: string, ...flags: ReadonlyArray<string>) => {
  vi.stubEnv("SECRETS_KEY", keys)
  return sluice("secrets", "rewrap", ...flags)
}

beforeEach(async () => {
  await admin`delete from sluice.webhook_secrets`
})

describe("rewrap", () => {
  it("seals everything under the first key, over several pages, so that the old one is needed no more", async () => {
    const plain = new Map([...(await keep(k1, 1100)), ...(await keep(k1, 3, "zeta")), ...(await keep(k2, 2))])
    const { code, out } = await rewrap(`${k2},${k1}`, "--json")
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ key: "k2", rewrapped: 1103, unreadable: [] })
    expect(await opened(k2)).toEqual(plain)
  })

  it("again changes nothing", async () => {
    await keep(k1, 2)
    await rewrap(`${k2},${k1}`)
    const before = await admin`select * from sluice.webhook_secrets order by secret_id`
    expect(await rewrap(`${k2},${k1}`)).toEqual({
      code: 0,
      out: "0 secrets were sealed anew under the key k2.",
      err: ""
    })
    expect(await admin`select * from sluice.webhook_secrets order by secret_id`).toEqual(before)
  })

  it("names what no key opens, does the rest, and says so by its exit code", async () => {
    const plain = await keep(k1, 3)
    const [lost] = (await keep(freshKey("k0"), 1)).keys()
    const [[damaged]] = [...plain] as [[string, string]]
    await admin`update sluice.webhook_secrets set subscription_id = 'other' where secret_id = ${damaged}`
    const { code, out } = await rewrap(`${k2},${k1}`, "--json")
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual({
      key: "k2",
      rewrapped: 2,
      unreadable: expect.arrayContaining([
        { tenant: "acme", subscriptionId: subscription, secretId: lost, keyName: "k0", why: "unknown-key" },
        { tenant: "acme", subscriptionId: "other", secretId: damaged, keyName: "k1", why: "damaged" }
      ])
    })
    expect((await rewrap(`${k2},${k1}`)).out).toMatch(/2 are left as they are.*unknown-key/s)
  })

  it("leaves what somebody else has sealed anew meanwhile", async () => {
    const [secretId] = (await keep(k2, 1)).keys()
    const late = [
      { tenant: "acme", subscriptionId: subscription, secretId, oldKeyName: "k1", keyName: "k3", sealed: "" }
    ]
    const [row] = await admin`select sluice.rewrap_secrets(${admin.json(late as never)}) as count`
    expect(row?.count).toBe(0)
    expect(await opened(k2)).toHaveProperty("size", 1)
  })

  it("needs good keys, and shows none of a bad one", async () => {
    expect(await rewrap("")).toMatchObject({ code: 1, err: expect.stringContaining("SECRETS_KEY: is not set") })
    const { code, err } = await rewrap("k1:hush-hush")
    expect(code).toBe(1)
    expect(err).toContain("SECRETS_KEY: must have 32 bytes")
    expect(err).not.toContain("hush-hush")
  })
})

describe("key", () => {
  it("prints a fresh one that SECRETS_KEY takes", async () => {
    const [one, other] = [
      await sluice("secrets", "key", "--name", "k7"),
      await sluice("secrets", "key", "--name", "k7")
    ]
    expect(one.out).toMatch(/^k7:/)
    expect(one.out).not.toBe(other.out)
    expect(sealerOf(one.out).seal("x", "y").keyName).toBe("k7")
  })

  it("wants a proper name", async () => {
    expect((await sluice("secrets", "key", "--name", "K 7")).code).toBe(1)
  })
})
