import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { account, archive, type Expected, type Past, price, session } from "./proof.spec-support.ts"

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
const amounts = (rows: ReadonlyArray<Expected>) =>
  rows.map(({ before, quantity, amount, unpriced }) => [before, quantity, Number(amount), unpriced])

describe("prices", () => {
  it("that change in the middle of an interval cut it, by whole seconds", async () => {
    const books = account(tenant)
    const one = session()
    const rows = await told(
      books.published("2026-10-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z", price("session.seconds", 10)),
      books.published("2026-10-01T00:00:00.000Z", "2026-10-05T10:00:04.500Z", price("session.seconds", 1000)),
      books.published("2026-10-01T00:00:00.000Z", "2026-10-05T10:00:06.000Z", price("approval.decisions", 1)),
      books.published("2026-10-01T00:00:00.000Z", "2026-10-05T10:00:08.000Z", price("session.seconds", 100_000)),
      one.opened("2026-10-05T08:00:00.000Z"),
      one.activated("2026-10-05T10:00:00.000Z"),
      one.completed("2026-10-05T10:00:10.000Z")
    )
    // [0, 4.5): 4 s; [4.5, 6): up to the 6th, 2 s; [6, 8): 2 s without a price; [8, 10): 2 s.
    expect(amounts(rows)).toEqual([[0, 10, 4 * 10 + 2 * 1000 + 2 * 100_000, 2]])
  })

  it("that change where an interval begins or ends do not cut it", async () => {
    const books = account(tenant)
    const one = session()
    const rows = await told(
      ...["09:00:00", "10:00:00", "11:00:00"].map((time, index) =>
        books.published("2026-10-01T00:00:00Z", `2026-10-05T${time}.000Z`, price("session.seconds", 10 ** index))
      ),
      one.opened("2026-10-05T08:00:00.000Z"),
      one.activated("2026-10-05T10:00:00.000Z"),
      one.completed("2026-10-05T11:00:00.000Z")
    )
    expect(amounts(rows)).toEqual([[0, 3600, 36_000, 0]])
  })

  it("in tiers go by what the tenant used in the month before, edge by edge", async () => {
    const books = account(tenant)
    const [one, two] = [session(), session()]
    const tiers = [
      [1000, 5],
      [2000, 3],
      [null, 1]
    ] as const
    const rows = await told(
      books.published("2026-09-01T00:00:00.000Z", "2026-09-01T00:00:00.000Z", price("tokens.input", tiers, "m")),
      one.opened("2026-10-01T00:00:00.000Z"),
      two.opened("2026-10-01T00:00:00.000Z"),
      one.used("2026-10-02T00:00:00.000Z", 999),
      two.used("2026-10-03T00:00:00.000Z", 1),
      one.used("2026-10-04T00:00:00.000Z", 1),
      one.used("2026-11-01T00:00:00.000Z", 3000),
      two.used("2026-10-31T23:59:59.999Z", 1000),
      two.used("2026-10-01T00:00:00.000Z", 2),
      one.used("2026-10-02T00:00:00.000Z", 7, "tokens.input", "other")
    )
    expect(amounts(rows)).toEqual([
      [0, 999, 4995, 0],
      [999, 1, 5, 0],
      [1000, 1, 3, 0],
      [0, 3000, 5000 + 3000 + 1000, 0],
      [1001, 1000, 999 * 3 + 1, 0],
      [2001, 2, 2, 0],
      [0, 7, 0, 7]
    ])
  })

  it("in tiers go on where another book cuts an interval", async () => {
    const books = account(tenant)
    const one = session()
    const rows = await told(
      books.published(
        "2026-10-01T00:00:00Z",
        "2026-10-01T00:00:00.000Z",
        price("session.seconds", [
          [5, 100],
          [null, 10]
        ])
      ),
      books.published(
        "2026-10-01T00:00:00Z",
        "2026-10-05T10:00:04.000Z",
        price("session.seconds", [
          [6, 1000],
          [null, 1]
        ])
      ),
      one.opened("2026-10-05T08:00:00.000Z"),
      one.activated("2026-10-05T10:00:00.000Z"),
      one.completed("2026-10-05T10:00:10.000Z")
    )
    // Four at 100; then the 5th and 6th at 1000, the rest at 1.
    expect(amounts(rows)).toEqual([[0, 10, 4 * 100 + 2 * 1000 + 4, 0]])
  })

  it("of a model go before those of any other; of two books that begin at once the later version counts", async () => {
    const books = account(tenant)
    const one = session()
    const rows = await told(
      books.published("2026-09-01T00:00:00Z", "2026-10-01T00:00:00.000Z", price("tokens.input", 7)),
      books.published(
        "2026-09-02T00:00:00Z",
        "2026-10-01T00:00:00.000Z",
        price("tokens.input", 3),
        price("tokens.input", 2, "m")
      ),
      books.published("2026-09-03T00:00:00Z", "2026-09-01T00:00:00.000Z", price("tokens.input", 9)),
      one.opened("2026-10-01T00:00:00.000Z"),
      one.used("2026-10-02T00:00:00.000Z", 10),
      one.used("2026-10-02T00:00:00.000Z", 10, "tokens.input", "x"),
      one.used("2026-10-02T00:00:00.000Z", 10, "tokens.input", null),
      one.used("2026-09-30T23:59:59.999Z", 10),
      one.used("2026-08-30T23:59:59.999Z", 10),
      one.used("2026-10-02T00:00:00.000Z", 10, "tokens.output")
    )
    expect(rows.map(({ model, amount, unpriced }) => [model, amount, unpriced])).toEqual([
      ["m", "20", 0],
      ["x", "30", 0],
      ["", "30", 0],
      ["m", "90", 0],
      ["m", "0", 10],
      ["m", "0", 10]
    ])
  })

  it("that arrive later are those of what was used, to the last digit", async () => {
    const books = account(tenant)
    const one = session()
    const [most, dear] = [Number.MAX_SAFE_INTEGER, 999_999_999_999_999_999n]
    const before = await told(one.opened("2026-10-01T00:00:00.000Z"), one.used("2026-10-02T00:00:00.000Z", most))
    expect(before).toMatchObject([{ amount: "0", unpriced: most }])
    const line = { meter: "tokens.input", model: "*", tiers: [{ upTo: null, price: String(dear) }] }
    const after = await told(books.published("2026-10-20T00:00:00Z", "2026-10-02T00:00:00.000Z", line))
    expect(after).toMatchObject([{ amount: String(BigInt(most) * dear), unpriced: 0 }])
  })
})
