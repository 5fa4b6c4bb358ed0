import { describe, expect, it } from "vitest"
import { dice, history } from "./proof.spec-history.ts"
import { archive } from "./proof.spec-support.ts"

const world = await archive()
const { admin } = world

const seeds = ["ada", "bob", "cem"]
const tenants = seeds.map((seed) => `random-${seed}`)
const [tenant = ""] = tenants
for (const seed of seeds) await world.record(...history(seed, `random-${seed}`, 400))
const { below } = dice(seeds.join())
await world.bill(() => 1 + below(100))

describe("a history that was billed as it came, batch by batch", () => {
  it.each(tenants)("has no drift: %s", async (name) => {
    const { tenants, drift, differences, usages, entries } = await world.prove(name)
    expect(differences).toEqual([])
    expect([tenants, drift]).toEqual([1, 0])
    expect(Math.min(usages, entries)).toBeGreaterThan(50)
  })

  it("has everything in it that could go wrong", async () => {
    const [counts] = await admin`
      select count(*) filter (where late) > 5 as late, count(*) filter (where kind = 'reversal') > 5 as reversals,
        count(*) filter (where revision > 1) > 5 as revisions, count(*) filter (where item > 0) > 5 as cuts,
        count(*) filter (where source_id <> event_id) > 5 as closings, count(*) filter (where phase <> '') > 5 as work,
        (select count(*) > 5 from sluice.billing_unpriced) as unpriced,
        (select count(*) > 5 from sluice.billing_statements where lines <> '[]' and unpriced <> '[]') as statements,
        (select count(*) > 5 from sluice.budget_spend) as budgets
      from sluice.billing_ledger`
    expect(counts).toEqual(Object.fromEntries(Object.keys(counts ?? {}).map((name) => [name, true])))
  })
})

/** What is found wrong with the tenant after damage that only a superuser can do, and that is undone afterwards. */
const driftAfter = async (
  damage: string
): Promise<ReadonlyArray<{ kind: string; expected: string | null; found: string | null }>> => {
  const found: Array<{ kind: string; expected: string | null; found: string | null }> = []
  await admin
    .begin(async (sql) => {
      await sql.unsafe("set local session_replication_role = replica; set local search_path = sluice")
      await sql.unsafe(damage.replaceAll("$tenant", `'${tenant}'`))
      const rows = await sql<Array<{ kind: string; expected: string | null; found: string | null }>>`
        select kind, expected, found from sluice.billing_drift(${tenant}, ${Number.MAX_SAFE_INTEGER}) order by kind, name`
      found.push(...rows)
      throw new Error("undo")
    })
    .catch((error: Error) => {
      if (error.message !== "undo") throw error
    })
  return found
}
const one = (table: string, where = "true") =>
  `ctid = (select ctid from ${table} where tenant = $tenant and ${where} order by ctid limit 1)`
const gone = (table: string, where?: string) => `delete from ${table} where ${one(table, where)}`
const set = (table: string, change: string, where?: string) =>
  `update ${table} set ${change} where ${one(table, where)}`
const again = (table: string, change: string, where?: string) => `
  create temp table copy on commit drop as select * from ${table} where ${one(table, where)};
  update copy set ${change}; insert into ${table} overriding user value select * from copy`
const uuid = "source_id = '00000000-0000-4000-8000-000000000000'"
const byHand = "kind in ('credit', 'adjustment')"
const old =
  "kind = 'usage' and exists (select from billing_ledger r where r.tenant = billing_ledger.tenant and r.kind = 'reversal' and r.source_id = billing_ledger.source_id)"

describe("finds", () => {
  it("nothing where nothing was damaged", async () => expect(await driftAfter("select 1")).toEqual([]))

  it.each([
    ["a usage gone", gone("billing_usage"), "usage"],
    ["a usage too many", again("billing_usage", uuid), "usage"],
    ["another quantity", set("billing_usage", "quantity = quantity + 1"), "usage"],
    ["another count before it", set("billing_usage", "before = before + 1"), "usage"],
    ["another time", set("billing_usage", "at = at - interval '1 millisecond'"), "usage"],
    ["another end", set("billing_usage", "until = until + interval '1 millisecond'", "until is not null"), "usage"],
    ["no end", set("billing_usage", "until = null", "until is not null"), "usage"],
    ["another session", set("billing_usage", "session_id = 'x'"), "usage"],
    ["another role", set("billing_usage", "role = 'chef'"), "usage"],
    ["another task", set("billing_usage", "task_id = 'x'"), "usage"],
    ["another event", set("billing_usage", "event_id = gen_random_uuid()"), "usage"],
    ["another name of cut time", set("billing_usage", uuid, "source_id <> event_id"), "usage"],

    ["an entry gone", gone("billing_ledger", "kind = 'usage'"), "amount"],
    ["an entry twice", again("billing_ledger", "line = 9999, item = 99", "kind = 'usage'"), "amount"],
    ["another amount", set("billing_ledger", "amount = amount + 1", "kind = 'usage'"), "amount"],
    ["another quantity of an entry", set("billing_ledger", "quantity = quantity + 1", "kind = 'usage'"), "amount"],
    ["a reversal gone", gone("billing_ledger", "kind = 'reversal'"), "amount"],
    [
      "an entry of nothing",
      again("billing_ledger", uuid, "kind = 'usage'").replace("update copy set", "update copy set line = 9999,"),
      "entry"
    ],
    [
      "accounts the wrong way around",
      set("billing_ledger", "debit = credit, credit = debit", "kind = 'usage' and amount > 0"),
      "entry"
    ],
    ["accounts of another kind", set("billing_ledger", "credit = 'adjustments'", "kind = 'usage'"), "entry"],
    ["an entry in another month", set("billing_ledger", "month = '2020-01'"), "entry"],
    ["an entry that is late and was not", set("billing_ledger", "late = not late"), "entry"],
    ["an entry of another phase", set("billing_ledger", "phase = 'x'", "kind = 'usage'"), "entry"],
    [
      "an entry before its usage",
      set("billing_ledger", "position = position - 1", "kind = 'usage' and revision = 0"),
      "entry"
    ],
    ["an entry at another time", set("billing_ledger", "at = at - interval '1 day'", "kind = 'usage'"), "entry"],
    ["a revision that was never reversed as it was", set("billing_ledger", "amount = amount + 1", old), "revision"],
    ["a credit gone", gone("billing_ledger", byHand), "posting"],
    ["a credit twice", again("billing_ledger", "line = 9999, item = 99", byHand), "posting"],
    [
      "a credit in two halves",
      `${again("billing_ledger", "line = 9999, item = 99, amount = 1", `${byHand} and amount > 1`)};
        ${set("billing_ledger", "amount = amount - 1", `${byHand} and amount > 1`)}`,
      "posting"
    ],
    ["another amount of a credit", set("billing_ledger", "amount = amount + 1", byHand), "posting"],

    ["units forgotten that have no price", gone("billing_unpriced"), "unpriced"],
    ["more units without a price", set("billing_unpriced", "quantity = quantity + 1"), "unpriced"],
    ["units without a price that have one", again("billing_unpriced", uuid), "unpriced"],

    ["another sum of a month", set("billing_months", "amount = amount + 1"), "months"],
    ["another quantity of a month", set("billing_months", "quantity = quantity + 1"), "months"],
    ["a sum of a month gone", gone("billing_months", "amount <> 0"), "months"],
    ["a sum of a month too many", again("billing_months", "month = '2020-01'", "amount <> 0"), "months"],
    ["another sum of a day", set("billing_days", "amount = amount + 1"), "days"],
    ["another quantity of a day", set("billing_days", "unpriced = unpriced + 1"), "days"],
    ["a sum of a day gone", gone("billing_days"), "days"],
    ["another sum of work", set("billing_work", "amount = amount - 1"), "work"],
    ["work for another task", set("billing_work", "task_id = 'x'"), "work"],
    ["another count of units", set("billing_counters", "quantity = quantity + 1"), "counters"],
    ["a count gone", gone("billing_counters"), "counters"],

    [
      "a month closed that was not",
      "update billing_accounts set closed_through = '2030-01' where tenant = $tenant",
      "account"
    ],
    ["a month not closed", gone("billing_accounts"), "account"],
    ["other prices", set("billing_prices", "prices = '[]'"), "prices"],
    [
      "prices from another time",
      set("billing_prices", "effective_from = effective_from + interval '1 second'"),
      "prices"
    ],
    ["prices gone", gone("billing_prices"), "prices"],
    ["a statement gone", gone("billing_statements"), "statement"],
    ["a statement too many", again("billing_statements", "month = '2030-01'"), "statement"],
    [
      "a statement that says something else",
      set("billing_statements", `lines = jsonb_set(lines, '{0,amount}', '"1"')`, "lines <> '[]'"),
      "statement"
    ],
    ["a statement without a line", set("billing_statements", "lines = lines - 0", "lines <> '[]'"), "statement"],
    [
      "a statement with other unpriced units",
      set("billing_statements", "unpriced = unpriced - 0", "unpriced <> '[]'"),
      "statement"
    ],
    [
      "a statement of another moment",
      set("billing_statements", "closed_at = closed_at + interval '1 second'"),
      "statement"
    ],
    ["a budget spent otherwise", set("budget_spend", "spent = spent + 1"), "budget"],
    ["a budget spent in another period", set("budget_spend", "period = 'x'", "spent <> 0"), "budget"],
    ["nothing spent of a budget", gone("budget_spend", "spent <> 0"), "budget"]
  ])("%s", async (_, damage, kind) => {
    const found = await driftAfter(damage)
    expect(found.map((one) => one.kind)).toContain(kind)
    for (const { expected, found: kept } of found) expect(expected).not.toBe(kept)
  })

  it("what was billed and never happened, of a tenant without an event too", async () => {
    await admin.unsafe(`insert into sluice.billing_accounts (tenant, closed_through) values ('ghost', '2026-01')`)
    expect(await world.prove("ghost")).toMatchObject({
      drift: 1,
      differences: [{ kind: "account", expected: null, found: "2026-01" }]
    })
  })
})
