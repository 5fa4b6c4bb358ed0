import { testDatabase, testNats } from "@sluice/testing"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { scratchFolder } from "../../dev/scratch.spec-support.ts"
import { startStack } from "../../dev/stack.ts"
import { check, damaged, fill, openEvents } from "./verify.spec-support.ts"

// One system that is whole and stands still; every test damages a copy of its database, or its broker.
const database = await testDatabase()
const broker = await testNats()
const stack = await startStack({
  dataDir: scratchFolder(afterAll),
  databaseUrl: database.adminUrl,
  natsUrl: broker.url,
  log: () => {}
})
afterAll(stack.stop)
await fill(stack)
const live = await check(database.adminUrl, broker.url, 20_000)
await stack.stop()
const events = await openEvents(broker.url)
afterAll(events.close)

/** Events of the story, in order: 1 open one, 2 open two, 3 activate one, 4 pause one, 5 request, 6 decision, 7 approved. */
const whole = {
  ok: true,
  events: 7,
  streams: 3,
  published: 7,
  rows: 3,
  skipped: 0,
  drift: 0,
  billing: 0,
  unpublished: 0,
  problems: []
}
const nth = (n: number): string => `(select position from events order by position offset ${n - 1} limit 1)`
const newEvent = `
  insert into events select nextval('events_position_seq'), tenant, 'session-00000000-0000-7000-8000-000000000000', 1,
    gen_random_uuid(), type, schema_version, data, metadata, clock_timestamp() from events where position = ${nth(1)};
  insert into streams select tenant, stream_id, 1 from events order by position desc limit 1;`

it("finds nothing wrong while everything runs", () => expect(live).toMatchObject(whole))
it("finds nothing wrong when everything stands still", async () =>
  expect(await check(database.adminUrl, broker.url)).toMatchObject(whole))

it("accepts a key whose command found its stream empty and left it so", async () => {
  const kept = `insert into idempotency select tenant, scope, 'changed-nothing', hash, command_id, 'subscription-x', 0, expires_at
    from idempotency limit 1`
  expect(await check(await damaged(database.adminUrl, kept), broker.url)).toMatchObject(whole)
})

describe("finds in the database", () => {
  it.each([
    [
      "drift",
      "a row changed by hand",
      `update sessions set view = jsonb_set(view, '{role}', '"chef"') where status = 'paused'`
    ],
    ["drift", "what a row keeps beside its view changed", `update approvals set fold = fold || '{"x":1}'`],
    ["drift", "a row gone", "delete from approvals"],
    [
      "drift",
      "a row of no stream",
      "insert into sessions (tenant, id, version, view, fold, created_at) select tenant, 'stray', version, view, fold, created_at from sessions limit 1"
    ],
    ["drift", "an audit entry gone", "delete from audit where version = 2"],
    ["drift", "an audit entry under another name", "update audit set actor_id = 'eve' where version = 2"],
    ["gaps", "a version gone", `delete from events where position = ${nth(3)}`],
    ["foreign", "an event gone that was published", `delete from events where position = ${nth(7)}`],
    ["gaps", "a head above its events", "update streams set version = version + 1"],
    ["gaps", "a head below its events", "update streams set version = version - 1 where version = 3"],
    ["gaps", "a stream without a head", "delete from streams where version = 1"],
    [
      "gaps",
      "versions in the wrong order",
      `update events set position = -position where position = ${nth(3)}; update events set position = ${nth(5)} + 1000 where position < 0; select setval('events_position_seq', 2000)`
    ],
    ["altered", "an event rewritten", `update events set data = data || '{"role":"chef"}' where position = ${nth(1)}`],
    ["unpublished", "an event that nobody has published", newEvent],
    ["unapplied", "an event that no consumer has come to", newEvent],
    ["outbox", "an event that nobody would ever publish", newEvent],
    ["outbox", "an outbox row without an event", "insert into outbox values (0, 60000, 'evt.acme.session.opened.1')"],
    ["outbox", "an outbox row under another subject", "update outbox set subject = subject || '0'"],
    ["keys", "a key that points at nothing", "update idempotency set version = 99"],
    [
      "parked",
      "a parked stream",
      `
      insert into consumer_parked (consumer, tenant, stream_id, version, queued_version, position, event_id, type, attempts, error)
      select 'projector', tenant, stream_id, version, version, position, event_id, type, 5, 'poison' from events where position = ${nth(7)}`
    ],
    ["timers", "a timer gone", "delete from timers where kind = 'session-expiry'"],
    ["timers", "a timer at another time", "update timers set due_at = due_at - interval '1 minute'"],
    ["timers", "a timer too many", "update timers set kind = 'approval-reminder'"],
    [
      "timers",
      "a timer of no stream",
      "insert into timers (tenant, stream_id, kind, due_at, try_at, version) values ('acme', 'run-1', 'run-deadline', now(), now(), 1)"
    ],
    ["billing", "usage gone", "set session_replication_role = replica; delete from billing_usage"],
    ["billing", "units counted that nobody used", "update billing_days set quantity = quantity + 1"],
    ["billing", "a month closed that nobody closed", "insert into billing_accounts values ('acme', '2020-01')"],
    [
      "dead",
      "a message that names no event",
      "insert into consumer_dead values ('projector', 'then', 9, 'evt.x', 'no JSON', 'x')"
    ]
  ] as const)("%s: %s", async (fault, _, damage) => {
    const report = await check(await damaged(database.adminUrl, damage), broker.url)
    expect(report).toMatchObject({ ok: false })
    expect(report[fault]).toBeGreaterThan(0)
    expect(report.problems).toContainEqual({ fault, what: expect.stringMatching(/acme|position|message|evt/) })
  })

  it("events that were given up, and does not call that wrong by itself", async () => {
    const copy = await damaged(
      database.adminUrl,
      `insert into consumer_skipped (consumer, tenant, stream_id, version, position, event_id, type, error, skipped_by, reason)
       select 'other', tenant, stream_id, version, position, event_id, type, 'poison', 'ann', 'test' from events where position = ${nth(7)}`
    )
    expect(await check(copy, broker.url)).toMatchObject({ ok: true, skipped: 1 })
  })
})

describe("finds in JetStream", () => {
  it("a message that is no event", async () => {
    const sequence = await events.publish("evt.acme.session.opened.1", "{}", "foreign-1")
    const report = await check(database.adminUrl, broker.url)
    expect(report).toMatchObject({ ok: false, foreign: 1, published: 7 })
    expect(report.problems).toEqual([
      { fault: "foreign", what: `message ${sequence} on evt.acme.session.opened.1, id foreign-1` }
    ])
    await events.remove(sequence)
  })

  it("an event of another database", async () => {
    const { subject, text, id } = await events.read(3)
    const other = "01900000-0000-7000-8000-000000000000"
    const sequence = await events.publish(subject, text.replaceAll(id, other), other)
    expect(await check(database.adminUrl, broker.url)).toMatchObject({ ok: false, foreign: 1 })
    await events.remove(sequence)
  })

  it("a repeat, which is none of our business, and one that says something else", async () => {
    const { subject, text } = await events.read(1)
    const same = await events.publish(subject, text, "")
    const other = await events.publish(subject, text.replace('"role": "pm"', '"role": "chef"'), "again")
    const report = await check(database.adminUrl, broker.url)
    expect(report).toMatchObject({ ok: false, altered: 2, repeated: 2, published: 7, unpublished: 0 })
    await events.remove(same)
    await events.remove(other)
  })

  it("a message purged, and its return behind the version that follows it", async () => {
    const { subject, text, id } = await events.read(3)
    await events.remove(3)
    const without = await check(database.adminUrl, broker.url)
    expect(without).toMatchObject({ ok: false, unpublished: 1, published: 6 })
    expect(without.problems[0]?.what).toContain(id)
    await events.publish(subject, text, "back")
    const back = await check(database.adminUrl, broker.url)
    expect(back).toMatchObject({ ok: false, unpublished: 0, disordered: 1, altered: 1, published: 7 })
    expect(back.problems).toContainEqual({ fault: "disordered", what: expect.stringContaining(id) })
  })

  it("nothing wrong with what retention has removed", async () => {
    await events.remove(1)
    expect(await check(database.adminUrl, broker.url)).toMatchObject({ unpublished: 1, expired: 0 })
    const aged = await damaged(
      database.adminUrl,
      `update events set recorded_at = recorded_at - interval '8 days' where position = ${nth(1)}`
    )
    expect(await check(aged, broker.url)).toMatchObject({ unpublished: 0, expired: 1 })
  })

  it("everything missing in a broker that lost all, until the relay has published it again", async () => {
    await events.wipe()
    expect(await check(database.adminUrl, broker.url)).toMatchObject({ ok: false, unpublished: 7, published: 0 })
    const relay = stack.services.get("outbox-relay")
    onTestFinished(async () => relay?.stop())
    const [report] = await Promise.all([check(database.adminUrl, broker.url, 25_000), relay?.start()])
    expect(report).toMatchObject(whole)
  })
})
