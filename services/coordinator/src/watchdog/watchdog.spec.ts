import { until } from "@sluice/projection/consumer.spec-support"
import { registry } from "@sluice/telemetry/metrics"
import { Effect, Fiber } from "effect"
import { afterAll, expect, it } from "vitest"
import { newId, opened, requested, timersStage } from "../timers/timers.spec-support.ts"
import { watchdog } from "./watchdog.ts"

const world = await timersStage()
world.consume()
const metric = async (name: string) =>
  (await registry.metrics())
    .split("\n")
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1)
const stuck = () => world.admin<{ kind: string; subject: string; why: string; remedy: string }[]>`
  select kind, subject, why, remedy from sluice.stuck() order by kind, subject`

/** Rows as the projector writes them. */
const run = (id: string, view: Record<string, unknown>) => world.admin`
  insert into sluice.runs (tenant, id, version, view, fold, created_at) values ('acme', ${id}, 1,
    ${world.admin.json({ status: "in_progress", workflow: { name: "w" }, stuck: [], updatedAt: "2026-01-01T00:00:00.000Z", ...view } as never)}, '{}', now())`
const phase = (id: string, key: string, approvalId: string, blocked: string | null = null) => world.admin`
  insert into sluice.phases (tenant, id, key, view, created_at) values ('acme', ${id}, ${key},
    ${world.admin.json({
      order: 1,
      status: "in_progress",
      workflow: "w",
      blocked,
      waiting: [{ for: "checkpoint", approvalId, roles: ["*"], since: "2026-01-01T00:00:00.000Z" }]
    } as never)}, now())`
const approval = (id: string, status: string) => world.admin`
  insert into sluice.approvals (tenant, id, version, view, fold, created_at) values ('acme', ${id}, 1,
    ${world.admin.json({ status, subject: { type: "checkpoint", id: "x" }, required: [], decidedAt: status === "pending" ? null : "2026-01-01T00:00:00.000Z" } as never)},
    '{}', now() - interval '90 seconds')`

it("finds what waits for something that will never come, and nothing else", async () => {
  const fiber = Effect.runFork(watchdog("50 millis").pipe(Effect.provide(world.layer)))
  afterAll(() => Effect.runPromise(Fiber.interrupt(fiber)))
  await until(async () => (await metric(`sluice_stuck{kind="run"}`)) === "0")
  await run("well", {})
  await phase("well", "A", "asked")
  await approval("asked", "pending")
  await world.append(newId("session"), 0, [opened])
  await world.append(newId("approval"), 0, [requested({ remindEvery: "PT1H" })])
  await world.settled()
  expect(await stuck()).toEqual([])
  await until(async () => Number(await metric(`sluice_approval_oldest_seconds{subject="checkpoint"}`)) >= 90)
  for (const kind of ["session-expiry", "approval-reminder"])
    await until(async () => (await metric(`sluice_timers_pending{kind="${kind}"}`)) === "1")

  await run("dead-end", { stuck: ["B2 depends on B1, which was deferred"] })
  await run("over", { status: "cancelled", stuck: ["never mind"] })
  await run("forgotten", {})
  await phase("forgotten", "A", "unknown")
  await phase("forgotten", "B", "final", "a strike")
  await approval("final", "approved")
  const late = newId("session")
  await world.append(late, 0, [opened])
  await world.settled()
  await world.pass("7 days 2 minutes", late)
  const vanished = newId("approval")
  await world.append(vanished, 0, [{ type: "approval.requested", data: { subject: null }, broken: true }])
  await world.settled().catch(() => {})
  await until(async () => (await world.admin`select 1 from sluice.consumer_parked`).length > 0)

  for (const [gauge, status, count] of [
    ["runs", "in_progress", "3"],
    ["runs", "cancelled", "1"],
    ["runs", "completed", "0"],
    ["phases", "in_progress", "2"],
    ["phases", "blocked", "1"]
  ])
    await until(async () => (await metric(`sluice_${gauge}{status="${status}"}`)) === count)

  const found = await stuck()
  expect(found.map(({ kind, subject }) => [kind, subject])).toEqual([
    ["approval", "run-forgotten"],
    ["approval", "run-forgotten"],
    ["parked", vanished],
    ["run", "run-dead-end"],
    ["timer", late]
  ])
  const words = found.map(({ why }) => why).sort()
  expect(words.join("\n")).toMatch(/approval final, which is approved/)
  expect(words.join("\n")).toMatch(/approval unknown, which is unknown/)
  expect(words.join("\n")).toMatch(/B2 depends on B1/)
  for (const [kind, count] of [
    ["run", "1"],
    ["approval", "2"],
    ["timer", "1"],
    ["parked", "1"]
  ])
    await until(async () => (await metric(`sluice_stuck{kind="${kind}"}`)) === count)
})
