import { StatementView } from "@sluice/contracts/billing/billing.views"
import { Schema } from "effect"
import { expect, it } from "vitest"
import { type StatementFacts, statementOf } from "./statement.ts"

type Line = StatementFacts["lines"][0]
const line = (kind: Line["kind"], amount: string, more: Partial<Line> = {}): Line => ({
  ...{ kind, meter: "", model: "", role: "", quantity: "0", amount },
  ...more
})
const facts = (lines: ReadonlyArray<Line>): StatementFacts => ({
  ...{ month: "2026-10", status: "open", closedAt: null, lines, unpriced: [] }
})

it("is the sum of its lines, rounded once", () => {
  // Each of them alone would be rounded down to nothing.
  const lines = ["dev", "pm", "qa"].map((role) => line("usage", "4000000000000", { meter: "tokens.input", role }))
  const { charges, credits, due } = statementOf(facts(lines))
  expect(charges).toEqual({ amount: "12000000000000", usd: "0.012" })
  expect(credits).toEqual({ amount: "0", usd: "0" })
  expect(due).toBe("0.01")
})

it("owes usage, late usage and adjustments; credits stand beside them", () => {
  const lines = [
    line("credit", "-5000000000000000"),
    line("adjustment", "-1000000000000000"),
    line("late", "250000000000000", { meter: "tokens.input", model: "m", role: "dev", quantity: "7" }),
    line("usage", "2000000000000000", { meter: "tokens.output", model: "m", role: "dev", quantity: "5" }),
    line("usage", "1000000000000000", { meter: "tokens.input", model: "n", quantity: "4" }),
    line("usage", "1000000000000000", { meter: "tokens.input", model: "m", role: "dev", quantity: "3" }),
    line("usage", "0", { meter: "approval.decisions", quantity: "90071992547409930001" })
  ]
  const statement = statementOf(facts(lines))
  expect(Schema.decodeResult(StatementView, { onExcessProperty: "error" })(statement)._tag).toBe("Success")
  expect(statement).toMatchObject({ charges: { usd: "3.25" }, credits: { usd: "-5" }, due: "3.25" })
  expect(
    statement.lines.map(({ kind, meter, model, role, quantity, usd }) => [kind, meter, model, role, quantity, usd])
  ).toEqual([
    ["usage", "approval.decisions", null, null, "90071992547409930001", "0"],
    ["usage", "tokens.input", "m", "dev", "3", "1"],
    ["usage", "tokens.input", "n", null, "4", "1"],
    ["usage", "tokens.output", "m", "dev", "5", "2"],
    ["late", "tokens.input", "m", "dev", "7", "0.25"],
    ["adjustment", null, null, null, null, "-1"],
    ["credit", null, null, null, null, "-5"]
  ])
})

it("can come to less than nothing", () => {
  expect(statementOf(facts([line("adjustment", "-1500000000000000")])).due).toBe("-1.50")
  expect(statementOf(facts([]))).toMatchObject({ lines: [], charges: { usd: "0" }, due: "0.00" })
})
