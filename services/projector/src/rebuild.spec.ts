import { randomUUID } from "node:crypto"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { Postgres } from "@sluice/postgres"
import { auditTarget, type RebuildOptions, type RebuildStep, rebuild, rowsTarget } from "@sluice/projection"
import { until } from "@sluice/projection/consumer.spec-support"
import { Effect, Fiber, Redacted } from "effect"
import { beforeEach, describe, expect, it } from "vitest"
import { became, models, newApproval, newSession, opened, projectorStage, requested } from "./projector.spec-support.ts"
import { projector } from "./registry.ts"
import { blocked, entered, newRun, started, task } from "./runs/runs.spec-support.ts"

const world = await projectorStage()
const operator = Postgres.layer({
  url: Redacted.make(world.database.urlFor("sluice_operator")),
  applicationName: "spec-rebuild",
  max: 2
})
const asOperator = <A, E>(work: Effect.Effect<A, E, Postgres>) => Effect.runPromise(Effect.provide(work, operator))
const consumer = projector.name
const targets = [
  ...models.map((model) => rowsTarget(model, { consumer, decode: projector.decode })),
  auditTarget(consumer)
]
const names = targets.map(({ name }) => name)
const building = (name: string, options: Partial<RebuildOptions> = {}) => {
  const target = targets.find((one) => one.name === name) as (typeof targets)[number]
  return rebuild({ consumer, target, owner: "spec", ...options })
}
const build = (name: string, options: Partial<RebuildOptions> = {}) => asOperator(building(name, options))
const tables = targets.flatMap((target) => target.tables.map(({ name }) => name))
const leftOver = () => world.admin`
  select relname from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname like '%next'`
const oidOf = async (table: string) =>
  (await world.admin<{ oid: number }[]>`select ${`sluice.${table}`}::regclass::oid::int as oid`)[0]?.oid

const session = newSession()
const run = newRun()
await world.append(session, 0, [opened(), became("activated")])
await world.append(newSession(), 0, [opened("finance")], "other")
await world.append(newApproval(), 0, [requested([{ roles: ["finance"], count: 1 }])])
await world.append(run.stream, 0, [
  started(run.id, { phases: ["A", "B"] }),
  entered("A"),
  task(run.id, "started", "A", "A1")
])
const document = { name: "plan", phases: [{ id: "A", name: "Phase A", order: 1 }] }
await world.append(`definition-${randomUUID()}`, 0, [{ type: "definition.recorded", data: { digest: "d", document } }])
await world.append(`workflow-${randomUUID()}`, 0, [
  {
    type: "workflow.version-registered",
    data: { name: "plan", version: 1, digest: "d", description: null, phases: 1, tasks: 0 }
  }
])
const first = world.start(projector)
await world.settled()
await first.stop()

beforeEach(async () => {
  expect(await leftOver()).toEqual([])
  return async () => expect(await leftOver()).toEqual([])
})

it.each(names)("makes %s anew with the same rows, in a table of its own", async (name) => {
  const before = await Promise.all(
    tables.map((table) => world.admin.unsafe(`select * from sluice.${table} order by 1, 2, 3`))
  )
  const oid = await oidOf(name)
  const report = await build(name)
  expect(report).toMatchObject({ name, differing: 0, differences: [] })
  expect(report.rows).toBeGreaterThan(0)
  expect(await oidOf(name)).not.toBe(oid)
  for (const [index, table] of tables.entries())
    expect(await world.admin.unsafe(`select * from sluice.${table} order by 1, 2, 3`)).toEqual(before[index])
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0 })
})

const damages: ReadonlyArray<readonly [string, string, number]> = [
  ["sessions", `update sluice.sessions set view = view || '{"role": "king"}' where tenant = 'acme'`, 1],
  ["sessions", "truncate sluice.sessions", 2],
  ["approvals", "update sluice.approvals set version = 7", 1],
  ["runs", "delete from sluice.phases where key = 'B'; update sluice.runs set fold = '{}'", 2],
  [
    "runs",
    `insert into sluice.phases (tenant, id, key, view, created_at)
      select tenant, id, 'Z', view, created_at from sluice.phases where key = 'A'`,
    1
  ],
  ["audit", "update sluice.audit set actor_id = 'me' where version = 2; delete from sluice.audit where version = 1", 8]
]
it.each(damages)("heals %s after %s", async (name, damage, differing) => {
  await world.admin.unsafe(damage)
  expect((await world.verify()).drifted).toBeGreaterThan(0)
  const report = await build(name)
  expect(report.differing).toBe(differing)
  expect(report.differences.length).toBe(Math.min(5, differing))
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0 })
})

it("lets the projector go on with the new tables, from where it was", async () => {
  await world.append(session, 2, [became("paused")])
  await world.append(run.stream, 3, [blocked("B")])
  await world.relay()
  // The projector stands: what it has not applied is not in the new tables either.
  for (const name of names) expect(await build(name)).toMatchObject({ differing: 0 })
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 2 })
  const running = world.start(projector)
  await world.settled()
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0 })
  expect(await world.read("read_session", "acme", idOf(session))).toEqual(await world.folded(session))
  await running.stop()
})

it("leaves out what waits behind a parked stream and what was given up, and nothing of it once it is through", async () => {
  const running = world.start(projector)
  const parked = newSession()
  await world.append(parked, 0, [opened(), { type: "session.vanished", data: {}, broken: true }, became("activated")])
  await world.settled()
  await until(async () => (await world.verify()).behind === 2)
  for (const name of names) expect(await build(name)).toMatchObject({ differing: 0 })
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 2, skipped: 0 })

  // Given up and gone through while a rebuild is under way: between its first look and its last.
  let gaveUp: Promise<void> | undefined
  const giveUp = async () => {
    await world.admin`select sluice.parked_skip('projector', 'acme', ${parked}, 2, 'sre', 'not ours')`
    await until(async () => (await world.verify()).behind === 0)
  }
  await asOperator(
    building("sessions", {
      onStep: (step) => {
        if (step === "indexing") gaveUp ??= giveUp()
      }
    })
  )
  await gaveUp
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0, skipped: 1 })
  for (const name of names) expect(await build(name)).toMatchObject({ differing: 0 })
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0, skipped: 1 })
  await running.stop()
})

describe("while commands and reads go on", () => {
  it.each(names)("exchanges %s, and no read sees less than one before it", { timeout: 60_000 }, async (name) => {
    const running = world.start(projector)
    let going = true
    const write = async () => {
      const streams: Array<{ stream: string; version: number }> = []
      while (going) {
        const stream = newSession()
        await world.append(stream, 0, [opened("busy")])
        streams.push({ stream, version: 1 })
        const old = streams[Math.floor(Math.random() * streams.length)] as (typeof streams)[number]
        await world.append(old.stream, old.version++, [
          { type: "session.updated", data: { taskId: null, metadata: { n: old.version } } }
        ])
        const next = newRun()
        await world.append(next.stream, 0, [started(next.id, { phases: ["A", "B"] }), entered("A")])
        await world.append(newApproval(), 0, [requested([{ roles: ["finance"], count: 1 }])])
        await world.relay()
      }
    }
    const read = async () => {
      const counts: Array<number> = []
      while (going) {
        const [row] = await world.api.begin(async (sql) => {
          await sql`select set_config('sluice.tenant', 'acme', true)`
          return sql.unsafe<{ rows: number }[]>(`select count(*)::int as rows from sluice.${name}`)
        })
        counts.push(row?.rows ?? -1)
      }
      return counts
    }
    const [writing, ...reading] = [write(), read(), read()]
    for (let round = 0; round < 2; round++) expect(await build(name)).toMatchObject({ differing: 0 })
    going = false
    await writing
    await world.settled()
    for (const counts of await Promise.all(reading)) {
      expect(counts.length).toBeGreaterThan(5)
      expect(counts[0]).toBeGreaterThan(0)
      expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    }
    expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0 })
    await running.stop()
  })
})

it("waits for readers of the old table, and lets others read meanwhile", async () => {
  const steps: Array<RebuildStep> = []
  const reader = await world.api.reserve()
  await reader`begin`
  await reader`select count(*) from sluice.sessions`
  const built = build("sessions", { onStep: (step) => steps.push(step) })
  await until(() => steps.filter((step) => step === "exchanging").length >= 2)
  const since = performance.now()
  await world.read("list_sessions", "acme", null, null, 50, null, null)
  expect(performance.now() - since).toBeLessThan(1500)
  await reader`commit`
  reader.release()
  expect(await built).toMatchObject({ differing: 0 })
})

it("is alone: a second one is refused, and one that was overtaken changes nothing", async () => {
  const both = await asOperator(Effect.forEach([building("runs"), building("runs")], Effect.result, { concurrency: 2 }))
  expect(both.map(({ _tag }) => _tag).sort()).toEqual(["Failure", "Success"])
  expect(both.find(({ _tag }) => _tag === "Failure")).toMatchObject({ failure: { _tag: "RebuildUnderWay" } })

  const oid = await oidOf("runs")
  const [held, taken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  // As a batch of the projector does: the exchange waits for its end.
  const batch = world.admin.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock_shared(sluice.consumer_lock_key(${consumer}))`
    held.resolve()
    await taken.promise
  })
  await held.promise
  const overtake = () =>
    world.admin`update sluice.leases set epoch = epoch + 1, expires_at = now() + interval '1 hour' where name = 'rebuild-runs'`
  const overtaken = await asOperator(
    Effect.result(
      building("runs", { onStep: (step) => step === "exchanging" && void overtake().then(() => taken.resolve()) })
    )
  )
  await batch
  expect(overtaken).toMatchObject({ failure: { code: "SL001" } })
  expect(await oidOf("runs")).toBe(oid)
  await world.admin`update sluice.leases set expires_at = now() where name = 'rebuild-runs'`
  expect(await build("runs")).toMatchObject({ differing: 0 })
})

it("leaves everything as it was when it is interrupted, or an event cannot be applied", async () => {
  const oid = await oidOf("sessions")
  const reached = Promise.withResolvers<void>()
  const fiber = Effect.runFork(
    Effect.provide(building("sessions", { onStep: (step) => step === "catching up" && reached.resolve() }), operator)
  )
  await reached.promise
  await Effect.runPromise(Fiber.interrupt(fiber))
  expect(await leftOver()).toEqual([])

  const target = rowsTarget(models[0] as (typeof models)[number], {
    consumer,
    decode: (event) => {
      if (event.streamId === session && event.version === 2) throw new Error("no idea")
      return projector.decode(event)
    }
  })
  expect(await asOperator(Effect.result(rebuild({ consumer, owner: "spec", target })))).toMatchObject({
    failure: { _tag: "RebuildFailed", message: `acme ${session}, version 2: no idea` }
  })
  expect(await oidOf("sessions")).toBe(oid)
})

it("goes beyond nobody's rights: what is no read model is not touched", async () => {
  await asOperator(
    Effect.gen(function* () {
      const pg = yield* Postgres
      yield* pg.query((sql) => sql`select sluice.acquire_lease('rebuild-events', 'spec', 60)`)
      const tried = yield* Effect.result(
        pg.query((sql) => sql`select sluice.rebuild_begin('rebuild-events', 1, 'events')`)
      )
      expect(tried).toMatchObject({ failure: { code: "42501" } })
      const switched = yield* Effect.result(
        pg.query((sql) => sql`select sluice.rebuild_switch('rebuild-events', 1, 'projector', array['events'])`)
      )
      expect(switched).toMatchObject({ failure: { code: "42501" } })
    })
  )
})
