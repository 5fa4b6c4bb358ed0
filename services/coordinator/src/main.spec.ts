import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { until } from "@sluice/projection/consumer.spec-support"
import { afterAll, expect, it } from "vitest"
import { inSeconds, newId, requested, timersStage } from "./timers/timers.spec-support.ts"

const world = await timersStage()
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
})
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** A process of the service, once it says that it is ready. */
const start = async (env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, ["--import", path("clock.spec-program.mjs"), path("main.ts")], {
    env: {
      ...process.env,
      DATABASE_URL: world.database.urlFor("sluice_coordinator"),
      NATS_URL: world.server.url,
      CLOCK_SHIFT: "0",
      WATCHDOG_EVERY_SECONDS: "1",
      ...env
    },
    stdio: ["ignore", "pipe", "inherit"]
  })
  children.add(child)
  const url = await new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (text) => {
      const line = JSON.parse(text) as { msg: string; url?: string }
      if (line.msg === "ready") resolve(line.url as string)
    })
  })
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    const [code] = await once(child, "exit")
    return code
  }
  return { child, end, url }
}
const ended = (streams: ReadonlyArray<string>) => async () =>
  (await Promise.all(streams.map(world.types))).every((types) => types.includes("approval.expired"))
const owner = async (lease: string) => {
  const [row] = await world.admin<{ owner: string | null }[]>`
    select owner from sluice.leases where name = ${lease} and expires_at > clock_timestamp()`
  return row?.owner ?? null
}

it("keeps timers and fires them, answers what operators ask, and ends with 0 when told to", async () => {
  const { end, url } = await start()
  const approval = newId("approval")
  await world.append(approval, 0, [requested({ expiresAt: inSeconds(1) })])
  await world.settled()
  await until(ended([approval]))
  await until(async () => (await (await fetch(`${url}/readyz`)).text()).includes("firing"))
  const ready = await fetch(`${url}/readyz`)
  expect(await ready.json()).toMatchObject({
    status: "ready",
    checks: { coordinator: { ok: true, detail: "reading" }, timers: { ok: true, detail: "firing" } }
  })
  await world.append(newId("approval"), 0, [requested({ remindEvery: "PT1H" })])
  await world.settled()
  const metrics = async () => (await fetch(`${url}/metrics`)).text()
  await until(async () => /^sluice_timers_pending\{kind="approval-reminder"\} 1$/m.test(await metrics()))
  const text = await metrics()
  expect(text).toMatch(/^sluice_timers_fired_total\{kind="approval-expiry",outcome="fired"\} 1$/m)
  expect(text).toMatch(/^sluice_timers_late_seconds 0$/m)
  expect(text).toMatch(/^sluice_stuck\{kind="timer"\} 0$/m)
  expect(text).toMatch(/^sluice_approval_oldest_seconds\{subject="checkpoint"\} 0$/m)
  expect(text).toMatch(/^sluice_lease_owner\{lease="timers"\} 1$/m)
  expect(await end("SIGTERM")).toBe(0)
  expect(await owner("timers")).toBeNull()
})

it.each(["0.5", "36501"])("does not start with SESSION_RETENTION_DAYS=%s, and says so", async (days) => {
  const child = spawn(process.execPath, [path("main.ts")], {
    env: {
      ...process.env,
      DATABASE_URL: world.database.urlFor("sluice_coordinator"),
      NATS_URL: world.server.url,
      SESSION_RETENTION_DAYS: days
    },
    stdio: ["ignore", "pipe", "inherit"]
  })
  const lines: Array<string> = []
  createInterface(child.stdout).on("line", (line) => lines.push(line))
  const [code] = await once(child, "exit")
  expect(code).toBe(1)
  expect(lines.join("\n")).toContain("SESSION_RETENTION_DAYS")
})

it("goes by the database's clock alone: instances a minute behind and a minute ahead fire alike", async () => {
  for (const shift of ["-60000", "60000"]) {
    const instance = await start({ CLOCK_SHIFT: shift, INSTANCE_ID: `shifted ${shift}` })
    const streams = Array.from({ length: 10 }, () => newId("approval"))
    const expiresAt = inSeconds(2)
    for (const stream of streams) await world.append(stream, 0, [requested({ expiresAt, remindEvery: "PT1S" })])
    await world.settled()
    await until(ended(streams))
    for (const stream of streams) {
      const events = await world.events(stream)
      expect(events.at(-1)?.type).toBe("approval.expired")
      expect(events.filter(({ type }) => type === "approval.expired")).toHaveLength(1)
      const late = (events.at(-1)?.recordedAt.getTime() ?? 0) - Date.parse(expiresAt)
      expect(late).toBeGreaterThanOrEqual(0)
      expect(late).toBeLessThan(20_000)
      for (const { data, recordedAt } of events.filter(({ type }) => type === "approval.reminded"))
        expect(recordedAt.getTime()).toBeGreaterThanOrEqual(Date.parse(String(data.dueAt)))
    }
    expect(await instance.end("SIGTERM")).toBe(0)
  }
})

it("doubles and loses nothing when it is killed between append and commit, and its standby goes on", async () => {
  // The first transaction that fires stops after its events are written and before it can commit.
  await world.admin.unsafe(`
    create table sluice.pauses (n int);
    grant select, delete on sluice.pauses to sluice_coordinator;
    create function sluice.pause_once() returns trigger language plpgsql as $$ begin
      if exists (select from sluice.pauses) and exists (select from sluice.events where stream_id = old.stream_id and type = 'approval.expired')
      then perform pg_advisory_xact_lock_shared(42); perform pg_sleep(4); end if;
      return old;
    end $$;
    create trigger pause_once before delete on sluice.timers for each row execute function sluice.pause_once()`)
  const streams = Array.from({ length: 5 }, () => newId("approval"))
  for (const stream of streams) await world.append(stream, 0, [requested({ expiresAt: inSeconds(-1) })])
  await world.admin`insert into sluice.pauses values (1)`
  const first = await start({ INSTANCE_ID: "first" })
  await world.settled()
  const paused = async () =>
    (
      await world.admin`select 1 from pg_locks where locktype = 'advisory' and objid = 42 and database = (
      select oid from pg_database where datname = current_database())`
    ).length > 0
  await until(paused)
  expect(await owner("timers")).toBe("first")
  await world.admin`truncate sluice.pauses`
  await first.end("SIGKILL")
  for (const stream of streams) expect(await world.types(stream)).toEqual(["approval.requested"])
  const second = await start({ INSTANCE_ID: "second" })
  await until(ended(streams))
  for (const stream of streams) expect(await world.types(stream)).toEqual(["approval.requested", "approval.expired"])
  await world.settled()
  expect(await world.timers(streams[0])).toEqual([])
  expect(await second.end("SIGTERM")).toBe(0)
})
