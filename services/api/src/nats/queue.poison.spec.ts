import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { registry } from "@sluice/telemetry/metrics"
import { testNats } from "@sluice/testing"
import postgres from "postgres"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { natsCaller } from "../testing/nats.caller.ts"
import { expectProblem } from "../testing/problem.expect.ts"

/** The program, started again whenever it dies; what it was asked to handle. */
const mortal = (url: string) => {
  const handled: Array<string> = []
  let deaths = 0
  let over = false
  let child: ReturnType<typeof spawn>
  const start = (): void => {
    const program = fileURLToPath(new URL("queue.spec-program.ts", import.meta.url))
    child = spawn(process.execPath, [program, url], { stdio: ["ignore", "pipe", "inherit"] })
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (line) => {
      if (line.startsWith("handling ")) handled.push(line.slice(9))
    })
    child.once("close", () => {
      if (over) return
      deaths += 1
      start()
    })
  }
  start()
  const stop = () => {
    over = true
    child.kill("SIGKILL")
  }
  onTestFinished(stop)
  return { handled, deaths: () => deaths }
}

describe("a queued command that takes down the process that handles it", () => {
  it.each([1, 2])(
    "is parked, and none of those that are in hand beside it (%i processes)",
    { timeout: 60_000 },
    async (processes) => {
      const broker = await testNats()
      const running = Array.from({ length: processes }, () => mortal(broker.url))
      const { leave, left, stored } = await natsCaller(broker.url, "a secret token")
      const roles = Array.from({ length: 60 }, (_, number) => (number === 20 ? "poison" : `role ${number}`))
      const places = await Promise.all(
        roles.map((role) => leave("cmdq.acme.session.open", { body: { role }, headers: { "Idempotency-Key": role } }))
      )
      await expect.poll(left, { timeout: 50_000, interval: 100 }).toBe(0)
      const parked = await stored("PARKED")
      expect(parked.map(({ subject }) => subject)).toEqual(["parked.acme.session.open"])
      expect(parked[0]).toMatchObject({
        headers: {
          "sluice-error": "No delivery came to an end: the process that handled it did",
          "sluice-deliveries": "6",
          "sluice-command-sequence": String(places[20]),
          "idempotency-key": "poison",
          authorization: "Bearer a secret token"
        }
      })
      const said = await stored("REJECTIONS")
      expect(said).toHaveLength(1)
      expectProblem(said[0] as never, 500, "command-parked", { deliveries: 6 })
      expect(JSON.stringify(said)).not.toContain("a secret token")
      const handled = new Set(running.flatMap((one) => one.handled))
      expect([...handled].toSorted()).toEqual(roles.toSorted())
      const deaths = running.reduce((sum, one) => sum + one.deaths(), 0)
      expect(deaths).toBeGreaterThan(1)
      expect(deaths).toBeLessThanOrEqual(5)
    }
  )
})

const { broker, call, token, database } = await runningApi({ doors: { queue: { watchEvery: 100, ackWait: 1_000 } } })
const { leave, left, stored } = await natsCaller(broker.url, await token())
const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => admin.end())

const shown = async (name: string, stream?: string) =>
  (await registry.getSingleMetric(name)?.get())?.values.find(({ labels }) => labels.stream === stream)?.value

describe("a queued command that a fault of ours stands in the way of", () => {
  it("is tried again, then parked with what is known of it; others pass by", { timeout: 60_000 }, async () => {
    const id = crypto.randomUUID()
    await admin`
      insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
      values (nextval('sluice.events_position_seq'), 'acme', ${`session-${id}`}, 1, gen_random_uuid(), 'session.unheard-of', 1, '{}', '{}', now())`
    await admin`insert into sluice.streams values ('acme', ${`session-${id}`}, 1)`
    expect((await call(`/v1/sessions/${id}`, { method: "PUT", json: { status: "active" } })).status).toBe(500)

    const sent = { params: { id }, body: { status: "active" }, headers: { "Idempotency-Key": "fault" } }
    const place = await leave("cmdq.acme.session.update", sent)
    await leave("cmdq.acme.session.open", { body: { role: "pm" }, headers: { "Idempotency-Key": "beside" } })
    await expect.poll(left, { timeout: 5_000 }).toBe(1)
    await expect.poll(left, { timeout: 40_000, interval: 100 }).toBe(0)
    const [parked] = await stored("PARKED")
    expect(parked).toMatchObject({
      subject: "parked.acme.session.update",
      headers: {
        "sluice-error": "Internal error",
        "sluice-status": "500",
        "sluice-deliveries": "5",
        "sluice-command-sequence": String(place),
        "x-trace-id": expect.stringMatching(/^[0-9a-f]{32}$/)
      }
    })
    expect(JSON.parse(parked?.body)).toEqual({ params: { id }, body: { status: "active" } })
    const [said, ...more] = await stored("REJECTIONS", "rej.acme.session.update")
    expect(more).toEqual([])
    expectProblem(said as never, 500, "command-parked", { deliveries: 5 })
    expect(said?.headers["x-trace-id"]).toBe(parked?.headers["x-trace-id"])
    await expect.poll(() => shown("sluice_parked_commands")).toBe(1)
    await expect.poll(() => shown("sluice_queued_commands")).toBe(0)
    await expect.poll(() => shown("sluice_command_stream_filled", "COMMANDS")).toBe(0)
    expect(await shown("sluice_command_stream_filled", "PARKED")).toBeGreaterThan(1e-8)
  })
})
