import { testDatabase } from "@sluice/testing"
import postgres from "postgres"
import { afterAll, expect, it, vi } from "vitest"
import { sluice } from "./cli.spec-support.ts"

const database = await testDatabase()
const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => admin.end())
vi.stubEnv("DATABASE_URL", database.urlFor("sluice_operator"))
vi.stubEnv("NATS_URL", "nats://127.0.0.1:1")
afterAll(() => vi.unstubAllEnvs())

it("proves what is billed, and fails naming what is not as the events say", async () => {
  const nothing = await sluice("billing", "verify")
  expect(nothing).toMatchObject({ code: 0, out: expect.stringContaining("What is billed is what the events say.") })

  // Two decisions that nobody has billed, and a month that nobody has closed.
  await admin`
    insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
    select n, 'acme', 'approval-' || gen_random_uuid(), 1, gen_random_uuid(), 'approval.decision-recorded', 1, '{}', '{}', '2026-10-01'
    from generate_series(1, 2) n`
  await admin`insert into sluice.streams select tenant, stream_id, version from sluice.events`
  await admin`insert into sluice.billing_accounts values ('other', '2026-01')`
  expect(await sluice("billing", "verify", "--tenant", "acme")).toMatchObject({ code: 0 })

  await admin`insert into sluice.consumers (consumer, position) values ('billing', 2)`
  const { code, out } = await sluice("billing", "verify")
  expect(code).toBe(1)
  expect(out).toMatch(/other account months closed through should not be there: 2026-01/)
  expect(out.match(/acme usage approval\.decisions of .* is missing/g)).toHaveLength(2)

  const one = await sluice("billing", "verify", "--tenant", "other", "--json")
  expect(one.code).toBe(1)
  expect(JSON.parse(one.out)).toMatchObject({ tenants: 1, usages: 0, entries: 0, drift: 1 })
  expect(await sluice("billing", "verify", "--tenant", "nobody")).toMatchObject({
    code: 1,
    err: expect.stringContaining("There is no tenant nobody")
  })
})
