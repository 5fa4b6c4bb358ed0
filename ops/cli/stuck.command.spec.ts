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

it("lists what is stuck, with what to do about it", async () => {
  expect(await sluice("stuck")).toEqual({ code: 0, out: "Nothing is stuck.", err: "" })
  await admin`
    insert into sluice.timers (tenant, stream_id, kind, due_at, try_at, version, attempts, error)
    values ('acme', 'run-1', 'run-deadline', now() - interval '5 minutes', now(), 1, 3, 'it went wrong')`
  await admin`
    insert into sluice.webhook_endpoints (tenant, subscription_id, version, status, endpoint, strict_order, secret_id, due_at)
    values ('acme', 's-1', 1, 'active', 'https://erp.example.com/', false, gen_random_uuid(), now()),
      ('acme', 's-2', 1, 'paused', 'https://erp.example.com/', false, gen_random_uuid(), now())`
  await admin`
    insert into sluice.deliveries (tenant, id, subscription_id, event_id, position, type, stream_id, created_at)
    select 'acme', gen_random_uuid(), subscription, gen_random_uuid(), 1, 'run.completed', 'run-1', now() - interval '6 minutes'
    from unnest(array['s-1', 's-2']) subscription`
  const { out } = await sluice("stuck")
  for (const words of ["timer", "acme", "run-1", "5m", "run-deadline is due", "3 attempts: it went wrong"])
    expect(out).toContain(words)
  expect(JSON.parse((await sluice("stuck", "--json")).out)).toMatchObject([
    { kind: "webhook", subject: "subscription-s-1", remedy: expect.stringContaining("SECRETS_KEY") },
    { kind: "timer", tenant: "acme", subject: "run-1", why: expect.stringContaining("it went wrong") }
  ])
})
