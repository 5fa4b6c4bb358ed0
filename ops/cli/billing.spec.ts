import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it, vi } from "vitest"
import { atTerminal } from "./stack.spec-support.ts"

const { dataDir, json, sluice } = await atTerminal()

const file = join(dataDir, "cost_models.yaml")
writeFileSync(
  file,
  `providers:
  one:
    big: { prompt_token_cost: 0.000003, completion_token_cost: 0.000015, notes: dear }
    small: { prompt_token_cost: 0.0000000000001, completion_token_cost: 0 }
`
)
const thisMonth = () => new Date().toISOString().slice(0, 7)
const since = "2026-01-01T00:00:00+01:00"

/** Uses units of a model in a session of one's own. */
const use = async (tokens: string, meter: string, model: string, quantity: number) => {
  const { id } = await json("session", "open", "--role", "dev", "--token", tokens)
  await json(
    "session",
    "usage",
    id,
    "--meter",
    meter,
    "--model",
    model,
    "--quantity",
    String(quantity),
    "--token",
    tokens
  )
  return id
}
const payer = async (tenant: string) => (await sluice("token", "--tenant", tenant)).out

it("shows what was used, what it costs, and what has no price", { timeout: 60_000 }, async () => {
  const token = await payer("payer")
  const as = ["--token", token]
  expect((await sluice("billing", "balance", ...as)).out).toMatch(/balance +│ 0/)
  expect((await sluice("billing", "prices", "show", ...as)).err).toContain("No price book was published yet")

  const imported = await sluice("billing", "prices", "import", file, "--effective-from", since, ...as)
  expect(imported.err).toBe("providers/notes is not carried over: nothing here stands for it")
  expect(imported.out).toMatch(/^Price book 1, in force from 2025-12-31T23:00:00.000Z/)
  expect(imported.out).toMatch(/tokens.input +│ big +│ 3 /)
  expect(imported.out).toMatch(/tokens.input +│ small +│ 0.0000001 /)
  expect(await json("billing", "prices", "import", file, "--effective-from", since, ...as)).toMatchObject({
    version: 1
  })

  const session = await use(token, "tokens.output", "big", 1000)
  await use(token, "tokens.input", "unheard\u001b[31mof", 7)
  const balance = await vi.waitFor(async () => {
    const found = await json("billing", "balance", ...as)
    expect(found.unpriced).toHaveLength(1)
    return found
  }, 20_000)
  expect(balance).toMatchObject({ usd: "-0.015", usage: { usd: "-0.015" }, unpriced: [{ quantity: "7" }] })
  expect((await sluice("billing", "balance", ...as)).out).toMatch(/Without a price: 7 tokens.input unheard \[31mof$/)

  const usage = await sluice("billing", "usage", "--by", "session", ...as)
  expect(usage.out).toMatch(new RegExp(`${session} +│ tokens.output +│ 1000 +│ +│ 0.015 `))
  expect(usage.out).toMatch(/0.015 USD in all$/)
  expect(await json("billing", "usage", "--from", "2026-01-01", "--meter", "tokens.output", ...as)).toMatchObject({
    groupBy: "model",
    rows: [{ group: "big", quantity: "1000" }]
  })

  expect((await sluice("billing", "statement", ...as)).out).toMatch(/so far\n[\s\S]*\nDue 0.02 USD$/)
  const month = ["--month", thisMonth()]
  expect(await json("billing", "statement", ...month, ...as)).toMatchObject({ status: "open", due: "0.02" })
  expect((await sluice("billing", "statement", ...month, "--format", "csv", ...as)).out).toContain(
    `${thisMonth()},open,usage,tokens.output,big,dev,1000,15000000000000,0.015`
  )
  const page = join(dataDir, "statement.html")
  expect(await sluice("billing", "statement", ...month, "--format", "html", "-o", page, ...as)).toMatchObject({
    code: 0,
    out: ""
  })
  expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>[\s\S]*0\.015[\s\S]*<\/html>\n$/)
  expect((await sluice("billing", "statement", "-o", join(dataDir, "no/where"), ...as)).err).toContain(
    "cannot be written"
  )
})

it("says which prices a new book leaves out, and keeps them where asked", async () => {
  const token = await payer("keeper")
  const as = ["--token", token]
  const { api } = JSON.parse(readFileSync(join(dataDir, "stack.json"), "utf8"))
  const put = await fetch(`${api}/v1/billing/prices`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      effectiveFrom: since,
      prices: [
        {
          meter: "session.seconds",
          tiers: [
            { upTo: "3600", price: "0" },
            { upTo: null, price: "1000000000" }
          ]
        }
      ]
    })
  })
  expect(put.status).toBe(201)
  await vi.waitFor(async () => expect((await json("billing", "prices", "show", ...as)).version).toBe(1), 20_000)
  const again = ["billing", "prices", "import", file, "--effective-from", since]
  expect((await json(...again, "--keep", ...as)).prices).toHaveLength(5)
  await vi.waitFor(async () => expect((await json("billing", "prices", "show", ...as)).version).toBe(2), 20_000)
  expect((await sluice("billing", "prices", "show", ...as)).out).toMatch(/session.seconds +│ any other +│ 0 +│ 3600 /)
  expect((await sluice(...again, ...as)).err).toContain("session.seconds has no price in this book")
  await vi.waitFor(async () => expect((await json("billing", "prices", "show", ...as)).version).toBe(3), 20_000)
  expect(await json("billing", "prices", "show", "--version", "1", ...as)).toMatchObject({ prices: [{ model: "*" }] })
})

it("shows budgets and how much of them is spent", { timeout: 60_000 }, async () => {
  const token = await payer("thrifty")
  const as = ["--token", token]
  expect((await sluice("billing", "budgets", ...as)).out).toBe("No budgets.")
  await sluice("billing", "prices", "import", file, "--effective-from", since, ...as)
  const { api } = JSON.parse(readFileSync(join(dataDir, "stack.json"), "utf8"))
  const created = await fetch(`${api}/v1/budgets`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      name: "big\u001b[2Jones",
      scope: { type: "role", id: "dev" },
      limit: "30000000000000",
      blocks: true
    })
  })
  expect(created.status).toBe(201)
  await use(token, "tokens.output", "big", 1000)
  const { items } = await vi.waitFor(async () => {
    const page = await json("billing", "budgets", ...as)
    expect(page.items).toMatchObject([{ percent: 50, spent: { usd: "0.015" }, blocking: false }])
    return page
  }, 20_000)
  expect(items).toHaveLength(1)
  expect((await sluice("billing", "budgets", "--active", ...as)).out).toMatch(
    /big \[2Jones +│ role dev +│ 0.015 +│ 0.03 +│ █████░░░░░ 50 % +│ month +│ may block/
  )
})

it.each([
  [["billing", "statement", "--month", "2026-13"], "must be a month"],
  [["billing", "statement", "--month", "9999-01"], "There is no statement for 9999-01"],
  [["billing", "statement", "--month", "9999-01", "--format", "csv"], "There is no statement for 9999-01"],
  [["billing", "statement", "--format", "pdf"], "ERROR"],
  [["billing", "usage", "--by", "moon"], "ERROR"],
  [["billing", "usage", "--from", "2026-02-30"], "must be a real day"],
  [["billing", "prices", "show", "--version", "99"], "There is no version 99"],
  [["billing", "prices", "import", file], "ERROR"],
  [["billing", "prices", "import", file, "--effective-from", "tomorrow"], "--effective-from"],
  [["billing", "prices", "import", join(dataDir, "none.yaml"), "--effective-from", since], "cannot be read"]
])("refuses %j", async (args, why) => {
  const { code, err } = await sluice(...args)
  expect([code, err]).toEqual([1, expect.stringContaining(why)])
})

it("names every line that is wrong with a file", async () => {
  const bad = join(dataDir, "bad.yaml")
  writeFileSync(bad, "defaults:\n  prompt_token_cost: -1\n  completion_token_cost: 1e-16\n")
  const { code, err } = await sluice("billing", "prices", "import", bad, "--effective-from", since)
  expect(code).toBe(1)
  expect(err).toContain(`${bad}:2:22 /defaults/prompt_token_cost must not be negative`)
  expect(err).toContain(`${bad}:3:26 /defaults/completion_token_cost must be whole`)
})
