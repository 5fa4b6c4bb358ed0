import { type ApprovalState, approval, decide } from "@sluice/approval"
import type { ApprovalRefusal } from "@sluice/contracts/approval/approval.errors"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { commandBusLayer } from "@sluice/event-store/command-bus"
import { type BusCommand, CommandBus } from "@sluice/event-store/command-bus.port"
import { until } from "@sluice/projection/consumer.spec-support"
import { Effect, Layer, ManagedRuntime, Result } from "effect"
import { afterAll, expect, it } from "vitest"
import { inSeconds, newId, RETENTION, requested, timersStage } from "./timers.spec-support.ts"

const world = await timersStage()
world.consume()
const runtime = ManagedRuntime.make(commandBusLayer().pipe(Layer.provideMerge(world.layer)))
afterAll(() => runtime.dispose())
const actor = { kind: "user", id: "ann", roles: ["pm"] } as const

/** A person's approval, as the API would have it done. */
const approve = (streamId: string) => {
  const id = idOf(streamId)
  const command: BusCommand<readonly [ApprovalState], ApprovalRefusal> = {
    tenant: "acme",
    actor,
    correlationId: "c",
    keys: [],
    streams: [{ category: approval, id }],
    decide: ([stream], { now }) =>
      Result.map(decide(stream.state, { decision: "approve" }, { id, actor, now }), (events) =>
        events.map((event) => ({ stream: 0, event }))
      )
  }
  return runtime.runPromise(Effect.result(Effect.flatMap(CommandBus, (bus) => bus.execute(command))))
}

it("has one outcome where a person decides at the instant at which the approval expires", async () => {
  const running = world.start()
  const outcomes: Array<string> = []
  for (let round = 0; round < 6; round++) {
    const streams = Array.from({ length: 8 }, () => newId("approval"))
    const expiresAt = inSeconds(0.6)
    const asked = requested({ expiresAt, requestedBy: { kind: "user", id: "bob", roles: [] } })
    for (const stream of streams) await world.append(stream, 0, [asked])
    await world.settled()
    // From just before to just after.
    await Promise.all(
      streams.map(async (stream, index) => {
        await until(() => Date.now() >= Date.parse(expiresAt) - 20 + index * 5)
        return approve(stream)
      })
    )
    await until(async () => (await Promise.all(streams.map(world.types))).every((types) => types.length > 1))
    await world.settled()
    for (const stream of streams) {
      const types = await world.types(stream)
      expect([
        "approval.requested,approval.expired",
        "approval.requested,approval.decision-recorded,approval.approved"
      ]).toContain(types.join())
      outcomes.push(types.at(-1) ?? "")
      expect(await world.timers(stream)).toEqual([])
    }
  }
  await running.stop()
  expect(new Set(outcomes).size).toBe(2)
})

it("fires each timer once where two instances pass the lease to and fro", async () => {
  const streams = Array.from({ length: 120 }, () => newId("approval"))
  for (const [index, stream] of streams.entries())
    await world.append(stream, 0, [requested({ expiresAt: inSeconds(0.5 + index / 40) })])
  await world.settled()
  const instances = [world.start({ batch: 4 }), world.start({ batch: 4 })]
  for (let turn = 0; turn < 12; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    // As when a holder was paused for too long: it does not know yet, and its transactions are refused.
    await world.admin`update sluice.leases set expires_at = clock_timestamp() where name = 'timers'`
  }
  await until(async () => (await world.timers()).length === 0)
  for (const instance of instances) await instance.stop()
  expect(instances.every(({ fired }) => fired.length > 0)).toBe(true)
  for (const stream of streams) expect(await world.types(stream)).toEqual(["approval.requested", "approval.expired"])
})

it("goes on with the others where a timer cannot be fired, tries it again later, and says why", async () => {
  const good = newId("approval")
  const bad = newId("approval")
  const worse = newId("approval")
  for (const stream of [bad, good, worse]) await world.append(stream, 0, [requested({ expiresAt: inSeconds(-60) })])
  await world.settled()
  // One whose events nobody understands, one whose append fails in the database and takes its whole batch along.
  await world.admin`update sluice.events set type = 'approval.vanished' where stream_id = ${bad}`
  await world.admin.unsafe(`
    create function sluice.refuse() returns trigger language plpgsql as $$ begin
      if new.stream_id = '${worse}' then raise exception 'no room for you' using errcode = '22003'; end if; return new;
    end $$;
    create trigger refuse before insert on sluice.events for each row execute function sluice.refuse()`)
  const running = world.start()
  await until(async () => (await world.types(good)).length === 2)
  await until(async () => (await world.timers(bad))[0]?.attempts === 2)
  await until(async () => (await world.timers(worse))[0]?.attempts === 2)
  expect((await world.timers(bad))[0]?.error).toMatch(/Unknown event type: approval.vanished/)
  expect((await world.timers(worse))[0]?.error).toMatch(/no room for you/)
  // Repaired, they are fired like any other.
  await world.admin`update sluice.events set type = 'approval.requested' where stream_id = ${bad}`
  await world.admin.unsafe("drop trigger refuse on sluice.events; drop function sluice.refuse")
  await until(async () => (await world.timers()).length === 0)
  await running.stop()
  for (const stream of [bad, worse])
    expect(await world.types(stream)).toEqual(["approval.requested", "approval.expired"])
})

it("is not held up by somebody who holds a stream", async () => {
  const [held, free] = [newId("approval"), newId("approval")]
  for (const stream of [held, free]) await world.append(stream, 0, [requested({ expiresAt: inSeconds(-60) })])
  await world.settled()
  const running = await world.admin.begin(async (sql) => {
    await sql`select 1 from sluice.streams where stream_id = ${held} for update`
    const running = world.start()
    await until(async () => (await world.types(free)).includes("approval.expired"))
    expect(await world.types(held)).toEqual(["approval.requested"])
    return running
  })
  await until(async () => (await world.timers()).length === 0)
  await running.stop()
  expect(await world.types(held)).toEqual(["approval.requested", "approval.expired"])
})

it("costs a look a second and nothing more while 100,000 timers wait", async () => {
  await world.admin`
    insert into sluice.timers (tenant, stream_id, kind, due_at, try_at, every, version)
    select 'acme', 'session-' || gen_random_uuid(), 'session-expiry', due, due, ${RETENTION}, 1
    from generate_series(1, 100000) n, lateral (select clock_timestamp() + n * interval '1 second' + interval '1 hour' as due) at`
  const running = world.start()
  const scans = async () => {
    await world.admin`select pg_stat_force_next_flush()`
    const [row] = await world.admin<{ scans: number; rows: number; whole: number }[]>`
      select idx_scan::int as scans, idx_tup_fetch::int as rows, seq_scan::int as whole from pg_stat_user_tables
      where schemaname = 'sluice' and relname = 'timers'`
    return row ?? { scans: 0, rows: 0, whole: 0 }
  }
  const inSomeSeconds = async (seconds: number) => {
    const before = await scans()
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    const { scans: after, rows, whole } = await scans()
    return { scans: after - before.scans, rows: rows - before.rows, whole: whole - before.whole }
  }
  // Until the round that follows a change of the retention is over.
  while ((await inSomeSeconds(2)).scans > 8);
  const cost = await inSomeSeconds(4)
  await running.stop()
  // A look is two lookups of one row at most: is something due, and when is the next.
  expect(cost.whole).toBe(0)
  expect(cost.scans).toBeGreaterThan(0)
  expect(cost.scans).toBeLessThanOrEqual(12)
  expect(cost.rows).toBeLessThanOrEqual(12)
})

it("dates expiries by the retention in force, when it has changed", { timeout: 90_000 }, async () => {
  // Three pages of those that are there: all of them would take a busy machine half a minute.
  await world.admin`
    delete from sluice.timers where (tenant, stream_id) not in (select tenant, stream_id from sluice.timers order by 1, 2 limit 3000)`
  const [before] = await world.timers()
  const running = world.start({ retentionMillis: 2 * RETENTION })
  const old = () => world.admin`select 1 from sluice.timers where every <> ${2 * RETENTION} limit 1`
  await until(async () => (await old()).length === 0)
  await running.stop()
  const [after] = await world.timers()
  expect(after?.streamId).toBe(before?.streamId)
  expect((after?.dueAt.getTime() ?? 0) - (before?.dueAt.getTime() ?? 0)).toBe(RETENTION)
})
