import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { account, archive, decided, type Expected, type Past, session } from "./proof.spec-support.ts"

/** What events come to, worked out by hand. Every test has a tenant of its own. */
const world = await archive()
let tenant = ""
beforeEach(() => {
  tenant = `t${randomUUID()}`
})
const told = async (...events: ReadonlyArray<Past>) => {
  await world.record(...events.map((event) => ({ ...event, tenant })))
  return world.expected(tenant)
}
const seconds = (rows: ReadonlyArray<Expected>) =>
  rows
    .filter(({ meter }) => meter === "session.seconds")
    .map(({ part, at, until, activeMillis, quantity }) => [part, at, until, activeMillis, quantity])

describe("active time", () => {
  it("leaves out pauses, and carries fractions of seconds over them", async () => {
    const one = session()
    const rows = await told(
      one.opened("2026-10-05T08:00:00.000Z"),
      one.activated("2026-10-05T09:00:00.000Z"),
      one.paused("2026-10-05T09:00:00.700Z"),
      one.resumed("2026-10-05T10:00:00.000Z"),
      one.paused("2026-10-05T10:00:00.700Z"),
      one.resumed("2026-10-05T11:00:00.000Z"),
      one.completed("2026-10-05T11:00:01.599Z")
    )
    // 0.7 s: none yet; 1.4 s: the first; 2.999 s: the second.
    expect(seconds(rows)).toEqual([
      [0, "2026-10-05T10:00:00.000Z", "2026-10-05T10:00:00.700Z", 700, 1],
      [0, "2026-10-05T11:00:00.000Z", "2026-10-05T11:00:01.599Z", 1400, 1]
    ])
    expect(rows).toMatchObject([
      { role: "pm", sessionId: one.id, before: 0 },
      { before: 1, unpriced: 1 }
    ])
  })

  it("is cut at midnight, at the month's end and the year's", async () => {
    const one = session()
    const rows = await told(
      one.opened("2026-12-31T08:00:00.000Z"),
      one.activated("2026-12-31T23:59:58.500Z"),
      one.failed("2027-01-01T00:00:02.200Z")
    )
    expect(seconds(rows)).toEqual([
      [0, "2026-12-31T23:59:58.500Z", "2027-01-01T00:00:00.000Z", 0, 1],
      [1, "2027-01-01T00:00:00.000Z", "2027-01-01T00:00:02.200Z", 1500, 2]
    ])
    expect(rows.map(({ month, late, before }) => [month, late, before])).toEqual([
      ["2026-12", false, 0],
      ["2027-01", false, 0]
    ])
  })

  it("ends at midnight without a part on the next day, and may begin there", async () => {
    const one = session()
    const rows = await told(
      one.opened("2026-10-05T08:00:00.000Z"),
      one.activated("2026-10-05T00:00:00.000Z"),
      one.expired("2026-10-07T00:00:00.000Z")
    )
    expect(seconds(rows)).toEqual([
      [0, "2026-10-05T00:00:00.000Z", "2026-10-06T00:00:00.000Z", 0, 86_400],
      [1, "2026-10-06T00:00:00.000Z", "2026-10-07T00:00:00.000Z", 86_400_000, 86_400]
    ])
  })

  it("of a session that goes on is metered when a month is closed, once for each that is", async () => {
    const books = account(tenant)
    const one = session()
    const [opened, activated, closed, next, completed] = [
      one.opened("2026-08-31T11:00:00.000Z"),
      one.activated("2026-08-31T23:59:59.400Z"),
      books.closed("2026-10-01T00:05:00.000Z", "2026-09"),
      books.closed("2026-11-01T00:05:00.000Z", "2026-10"),
      one.completed("2026-11-01T01:00:00.700Z")
    ]
    const [, , c9, c10, end] = await world.record(
      ...[opened, activated, closed, next, completed].map((event) => ({ ...event, tenant }))
    )
    const rows = await world.expected(tenant)
    const of = (id: string | undefined) => rows.filter(({ eventId }) => eventId === id)
    // 600 ms of August complete no second: part 0 has no row. Then the 30 days of September.
    expect(of(c9).map(({ part }) => part)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    expect(of(c9)[0]).toMatchObject({ activeMillis: 600, quantity: 86_400, month: "2026-09", late: false, before: 0 })
    expect(of(c10)).toHaveLength(31)
    expect(of(c10)[0]).toMatchObject({ part: 0, at: "2026-10-01T00:00:00.000Z", month: "2026-10", before: 0 })
    expect(seconds(of(end))).toEqual([
      [0, "2026-11-01T00:00:00.000Z", "2026-11-01T01:00:00.700Z", 61 * 86_400_000 + 600, 3601]
    ])
    expect(rows.reduce((sum, { quantity }) => sum + Number(quantity), 0)).toBe(
      Math.floor((Date.parse("2026-11-01T01:00:00.700Z") - Date.parse("2026-08-31T23:59:59.400Z")) / 1000)
    )
  })

  it("that began after the month that is closed is left alone", async () => {
    const books = account(tenant)
    const one = session()
    const rows = await told(
      one.opened("2026-11-01T00:00:00.000Z"),
      one.activated("2026-11-01T00:01:00.000Z"),
      books.closed("2026-11-01T00:05:00.000Z", "2026-10"),
      one.paused("2026-11-01T00:06:00.000Z")
    )
    expect(seconds(rows)).toEqual([[0, "2026-11-01T00:01:00.000Z", "2026-11-01T00:06:00.000Z", 0, 300]])
  })

  it("whose end was recorded before its beginning is none", async () => {
    const one = session()
    const rows = await told(
      one.opened("2026-10-05T08:00:00.000Z"),
      one.activated("2026-10-05T09:00:10.000Z"),
      one.paused("2026-10-05T09:00:00.000Z"),
      one.resumed("2026-10-05T09:00:20.000Z"),
      one.paused("2026-10-05T09:00:21.000Z")
    )
    expect(seconds(rows)).toEqual([[0, "2026-10-05T09:00:20.000Z", "2026-10-05T09:00:21.000Z", 0, 1]])
  })
})

describe("months", () => {
  it("that are closed take nothing more: it is late, on the next one's statement", async () => {
    const books = account(tenant)
    const one = session()
    const rows = await told(
      one.opened("2026-10-01T00:00:00.000Z"),
      one.used("2026-10-31T23:59:00.000Z", 1),
      one.used("2026-11-01T00:01:00.000Z", 2),
      books.closed("2026-11-01T00:05:00.000Z", "2026-10"),
      one.used("2026-10-31T23:59:00.000Z", 3, "tokens.input", "m", "2026-11-01T00:06:00.000Z"),
      books.credited("2026-11-01T00:07:00.000Z", "500"),
      books.closed("2027-01-01T00:05:00.000Z", "2026-12"),
      one.used("2026-11-30T23:59:00.000Z", 4, "tokens.input", "m", "2027-01-02T00:00:00.000Z"),
      books.adjusted("2027-01-02T00:00:00.000Z", "-7"),
      decided("2027-01-03T00:00:00.000Z")
    )
    expect(
      rows.map(({ kind, meter, quantity, before, month, late, amount }) => [
        kind,
        meter,
        quantity,
        before,
        month,
        late,
        amount
      ])
    ).toEqual([
      ["usage", "tokens.input", 1, 0, "2026-10", false, "0"],
      ["usage", "tokens.input", 2, 0, "2026-11", false, "0"],
      ["usage", "tokens.input", 3, 1, "2026-11", true, "0"],
      ["credit", "", null, null, "2026-11", false, "500"],
      ["usage", "tokens.input", 4, 2, "2027-01", true, "0"],
      ["adjustment", "", null, null, "2027-01", false, "-7"],
      ["usage", "approval.decisions", 1, 0, "2027-01", false, "0"]
    ])
  })
})

describe("leaves out", () => {
  it("other tenants, and what comes later", async () => {
    const one = session()
    await world.record({ ...one.opened("2026-10-01T00:00:00.000Z"), tenant: "other" })
    await world.record({ ...one.used("2026-10-01T00:00:00.000Z", 1), tenant: "other" })
    const before = await told(one.opened("2026-10-01T00:00:00.000Z"), one.used("2026-10-01T00:00:00.000Z", 2))
    expect(before).toHaveLength(1)
    const head = await world.head()
    expect(await told(one.used("2026-10-01T00:00:00.000Z", 3))).toHaveLength(2)
    expect(await world.expected(tenant, head)).toEqual(before)
  })

  it("what waits behind a poison, and what was given up", async () => {
    const [one, two] = [session(), session()]
    const events = [
      one.opened("2026-10-01T00:00:00.000Z"),
      two.opened("2026-10-01T00:00:00.000Z"),
      one.used("2026-10-01T00:00:00.000Z", 1),
      one.used("2026-10-01T00:00:00.000Z", 2),
      two.used("2026-10-01T00:00:00.000Z", 3),
      two.used("2026-10-01T00:00:00.000Z", 4)
    ]
    expect(await told(...events)).toHaveLength(4)
    await world.admin`
      insert into sluice.consumer_parked (consumer, tenant, stream_id, version, queued_version, position, event_id, type, attempts, error)
      select 'billing', tenant, stream_id, version, version, position, event_id, type, 5, 'poison' from sluice.events
      where tenant = ${tenant} and stream_id = ${`session-${one.id}`} and version = 2`
    await world.admin`
      insert into sluice.consumer_skipped (consumer, tenant, stream_id, version, position, event_id, type, error, skipped_by, reason)
      select 'billing', tenant, stream_id, version, position, event_id, type, 'poison', 'ann', 'test' from sluice.events
      where tenant = ${tenant} and stream_id = ${`session-${two.id}`} and version = 2`
    expect((await world.expected(tenant)).map(({ quantity, before }) => [quantity, before])).toEqual([[4, 0]])
  })

  it("the time and the role of a session whose beginning was given up, though not what it reports", async () => {
    const one = session()
    await told(
      one.opened("2026-10-01T00:00:00.000Z"),
      one.activated("2026-10-01T00:00:00.000Z"),
      one.works("2026-10-01T00:00:00.000Z", randomUUID()),
      one.used("2026-10-01T00:00:00.000Z", 1),
      one.paused("2026-10-01T01:00:00.000Z")
    )
    await world.admin`
      insert into sluice.consumer_skipped (consumer, tenant, stream_id, version, position, event_id, type, error, skipped_by, reason)
      select 'billing', tenant, stream_id, version, position, event_id, type, 'poison', 'ann', 'test' from sluice.events
      where tenant = ${tenant} and version = 1`
    expect(await world.expected(tenant)).toMatchObject([
      { meter: "tokens.input", quantity: 1, sessionId: one.id, role: "", taskId: "" }
    ])
  })
})
