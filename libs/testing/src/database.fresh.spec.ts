import postgres from "postgres"
import { describe, expect, it } from "vitest"
import { testDatabase } from "./database.fresh.ts"

const first = await testDatabase()
const second = await testDatabase()

const query = async (url: string, text: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(text)
  } finally {
    await sql.end()
  }
}

describe("a test database", () => {
  it("is migrated", async () => {
    const [row] = await query(first.adminUrl, "select to_regclass('sluice.events') is not null as migrated")
    expect(row).toEqual({ migrated: true })
  })

  it("lets every role in under its own name", async () => {
    for (const role of ["sluice_api", "sluice_relay", "sluice_projector", "sluice_operator"]) {
      expect(await query(first.urlFor(role), "select current_user as role")).toEqual([{ role }])
    }
  })

  it("shares nothing with the next one", async () => {
    await query(first.adminUrl, "create table only_here ()")
    expect(await query(second.adminUrl, "select to_regclass('only_here') as found")).toEqual([{ found: null }])
  })

  it("is dropped although somebody is connected, and once is enough", async () => {
    const guest = postgres(second.adminUrl, { max: 1 })
    await guest`select 1`
    await second.drop()
    await second.drop()
    await guest.end({ timeout: 1 })
    const left = await query(first.adminUrl, `select datname from pg_database where datname = '${second.name}'`)
    expect(left).toEqual([])
  })
})
