import { stage } from "@sluice/projection/consumer.spec-support"
import { expect, it } from "vitest"

const { admin } = await stage()

it.each(["sessions", "approvals", "runs"])(
  "finds a row of %s by its key, even by a plan made while there is none",
  async (table) => {
    const [row] = await admin.begin(async (sql) => {
      await sql`select sluice.plan_by_key()`
      return sql.unsafe(`explain (format json) select * from sluice.${table} where tenant = 'acme' and id = 'x'`)
    })
    const plan = row?.["QUERY PLAN"]
    expect(typeof plan === "string" ? JSON.parse(plan) : plan).toMatchObject([
      { Plan: { "Index Name": `${table}_pkey` } }
    ])
  }
)
