import { describe, expect, it } from "vitest"
import { admitTenant, killPostgres, wipeNats } from "./chaos/fault.servers.ts"
import { killActive, killApi, pauseActive } from "./chaos/fault.services.ts"
import type { Person } from "./load/load.people.ts"
import { loadedRig, patience } from "./rig/rig.spec-support.ts"

/** The short form of `npm run chaos`, under load on one running stack: one of each, everything checked after each. */
const { rig, load, survive, nothingIsWrong, settled } = await loadedRig()
const { asker } = rig.tenants[0] as (typeof rig.tenants)[number]

describe("nothing acknowledged is lost or doubled, and order is kept", () => {
  it.each([killApi, killPostgres, wipeNats, admitTenant])("when $name", { timeout: patience }, async (fault) => {
    await survive(fault)
  })

  it.each((["outbox-relay", "projector", "coordinator", "notification", "billing"] as const).map(killActive))(
    "when $name, and a standby takes over",
    { timeout: patience },
    async (fault) => {
      const { takeover } = await survive(fault)
      expect(takeover).toBeGreaterThan(0)
    }
  )

  it("when the active relay stands still, is replaced and wakes up", { timeout: patience }, async () => {
    await survive(pauseActive("outbox-relay"))
  })
})

const ask = (by: Person, path: string, body?: unknown): Promise<Response> =>
  fetch(`${rig.api()[0]}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${by.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })

const depth = async (): Promise<number> => {
  const [row] = await rig.sql<{ depth: number }[]>`select depth::integer from sluice.outbox_backlog()`
  return row?.depth ?? -1
}

describe("while a server is away", () => {
  it("the broker: commands succeed, queries answer, the outbox grows and drains by itself", {
    timeout: patience
  }, async () => {
    await settled()
    expect(await depth()).toBe(0)
    await rig.nats.stop()
    const before = load.journal.count
    load.resume()
    await load.progress(60)
    await load.rest()
    expect(await depth()).toBeGreaterThan((load.journal.count - before) / 2)
    expect((await ask(asker, "/v1/sessions")).status).toBe(200)
    expect((await fetch(`${rig.api()[0]}/readyz`)).status).toBe(200)
    await rig.nats.start()
    await settled()
    expect(await depth()).toBe(0)
    await nothingIsWrong()
  })

  it("the database: 503 with Retry-After, and all is well again by itself", { timeout: patience }, async () => {
    await rig.postgres.stop()
    for (const answer of await Promise.all([ask(asker, "/v1/sessions", { role: "pm" }), ask(asker, "/v1/sessions")])) {
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0)
      expect(answer.headers.get("content-type")).toContain("application/problem+json")
    }
    expect((await fetch(`${rig.api()[0]}/readyz`)).status).toBe(503)
    expect((await fetch(`${rig.api()[0]}/healthz`)).status).toBe(200)
    await rig.postgres.start()
    load.resume()
    await load.progress(30)
    await nothingIsWrong()
  })
})
