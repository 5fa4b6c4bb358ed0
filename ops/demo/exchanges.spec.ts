import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { scratchFolder } from "../dev/scratch.spec-support.ts"
import { type Exchange, readExchanges } from "./exchanges.file.ts"
import { requirementsOf, ruleFor, storyOf } from "./exchanges.story.ts"

const rules = [
  { over: 10_000, unit: "USD", approverRoles: ["manager"], quorum: 1 },
  { over: 50_000, unit: "USD", approverRoles: ["finance", "manager"], quorum: 2 }
]
const exchange = (data: Exchange["data"], type = "budget_approval"): Exchange => ({
  id: "one",
  from: "finance",
  to: "manager",
  type,
  description: "May we?",
  data
})

describe("an approval is asked for", () => {
  it.each([
    ["nobody's at the limit itself", { amount: 10_000 }, undefined],
    ["a manager's above the first limit", { amount: 10_001 }, 10_000],
    ["a manager's at the second limit", { amount: 50_000 }, 10_000],
    ["both's above it", { amount: 50_000.01 }, 50_000],
    ["by the total cost where there is no amount", { total_cost: 425_000 }, 50_000],
    ["by the amount where there are both", { amount: 1, total_cost: 425_000 }, undefined],
    ["not without either", { new_hires: 5 }, undefined]
  ])("%s", (_, data, over) => expect(ruleFor(exchange(data), rules)?.over).toBe(over))

  it("by budget_approval alone", () => expect(ruleFor(exchange({ amount: 125_000 }, "report"), rules)).toBeUndefined())

  it("whatever the order of the rules", () =>
    expect(ruleFor(exchange({ amount: 125_000 }), rules.toReversed())?.over).toBe(50_000))

  it("of one person of each role where the quorum is all of them, else of any", () => {
    expect(rules.map(requirementsOf)).toEqual([
      [{ roles: ["manager"], count: 1 }],
      [
        { roles: ["finance"], count: 1 },
        { roles: ["manager"], count: 1 }
      ]
    ])
    expect(requirementsOf({ over: 0, unit: "USD", approverRoles: ["manager", "legal"], quorum: 1 })).toEqual([
      { roles: ["manager", "legal"], count: 1 }
    ])
  })
})

it("makes an active session of each exchange, by an agent of the asking role, and decides nothing", () => {
  const { people, steps } = storyOf({ exchanges: [exchange({ amount: 20_000 })], approvalRules: rules })
  expect(people).toEqual([{ name: "finance", roles: ["finance"], kind: "agent" }])
  expect(steps.map(({ does }) => does)).toEqual(["open", "activate", "request"])
})

describe("a file", () => {
  const problemsOf = (content: string): string => {
    const file = join(scratchFolder(), "exchanges.json")
    writeFileSync(file, content)
    try {
      readExchanges(file)
      return ""
    } catch (thrown) {
      return (thrown as Error).message
    }
  }
  const withExchanges = (...exchanges: ReadonlyArray<object>): string =>
    problemsOf(JSON.stringify({ exchanges, approvalRules: rules }))
  const good = exchange({ amount: 1 })

  it("may say more than we read", () =>
    expect(problemsOf(JSON.stringify({ about: "x", exchanges: [{ ...good, note: 1 }], approvalRules: [] }))).toBe(""))

  it("that is not JSON is named as such", () =>
    expect(problemsOf("{")).toMatch(/is no file of exchanges:\n {2}it is not JSON/))

  it("that is not there is named as such", () =>
    expect(() => readExchanges(join(scratchFolder(), "none.json"))).toThrow("cannot be read: ENOENT"))

  it("without exchanges is refused", () => expect(withExchanges()).toContain("/exchanges: "))

  it("that contradicts itself is told every contradiction", () => {
    const message = withExchanges(
      good,
      { ...good, parent: "nobody" },
      { ...good, id: "two", parent: "two", data: {} },
      { ...good, id: "three", data: { amount: "$45,000", total_cost: 3 } },
      { ...good, id: "four", data: { amount: -1 } },
      { ...good, id: "five", type: "report", data: { text: "x".repeat(20_000) } }
    )
    expect(message.split("\n").slice(1)).toEqual([
      "  /exchanges/1/id: one is the id of an earlier exchange",
      "  /exchanges/1/parent: there is no exchange nobody",
      "  /exchanges/2/parent: an exchange cannot be its own parent",
      "  /exchanges/2/data: a budget_approval needs amount or total_cost",
      "  /exchanges/3/data/amount: must be a number that is not negative",
      "  /exchanges/4/data/amount: must be a number that is not negative",
      "  /exchanges/5: must be at most 16384 bytes of JSON in all"
    ])
  })
})
