import { it } from "@effect/vitest"
import type { UpdateBudget } from "@sluice/contracts/budget/budget.commands"
import { BudgetEvent, BudgetPeriod } from "@sluice/contracts/budget/budget.events"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import { facts, minute, somebody } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { type BudgetDecision, create, reach, update } from "./budget.decide.ts"
import { PERIODS_REMEMBERED } from "./budget.evolve.ts"
import { periodOf, startOf } from "./budget.periods.ts"
import { budgetReadModel } from "./budget.read-model.ts"
import { settings } from "./budget.spec-support.ts"
import type { BudgetState } from "./budget.state.ts"
import { budget } from "./budget.stream.ts"
import { view } from "./budget.view.ts"

/** A story is a budget, what is changed of it and what is spent; few values, so that they often meet. */
const Update = Schema.Struct({
  does: Schema.tag("update"),
  body: Schema.Struct({
    name: Schema.optionalKey(Schema.Literals(["October", "other"])),
    limit: Schema.optionalKey(Schema.Literals(["100", "1000"])),
    notify: Schema.optionalKey(Schema.Array(Schema.Literals(["pm", "finance"]))),
    blocks: Schema.optionalKey(Schema.Boolean),
    active: Schema.optionalKey(Schema.Boolean)
  })
})
const Spend = Schema.Struct({
  does: Schema.tag("spend"),
  day: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })),
  amount: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 }))
})
const Command = Schema.Union([Update, Spend, Spend, Spend])
const Story = Schema.Struct({ period: BudgetPeriod, commands: Schema.Array(Command) })

const often = { arbitrary: { runs: 400 } }

/** Sets a budget and goes through the story; tells what was decided, on what, and what came of it. */
const tell = ({ period, commands }: typeof Story.Type) => {
  const recorded: Array<Fact<BudgetEvent>> = []
  const spent = new Map<string, bigint>()
  const context = (step: number): DecisionContext => ({ id: "b", actor: somebody, now: minute(step) })
  const record = (state: BudgetState, decision: BudgetDecision, step: number) =>
    Result.getOrThrow(decision).reduce((folded: BudgetState, event) => {
      const recordedAt = new Date(minute(step)).toISOString()
      const fact = { ...event, version: recorded.length + 1, recordedAt, actor: somebody }
      recorded.push(fact)
      return budget.evolve(folded, fact)
    }, state)
  let state = record(budget.initial, create(budget.initial, { ...settings, period }, context(0)), 0)
  const told = commands.map((command, index) => {
    const before = state
    let again = (on: BudgetState): BudgetDecision => update(on, {}, context(index + 1))
    if (command.does === "update") again = (on) => update(on, command.body as UpdateBudget, context(index + 1))
    else {
      const name = periodOf(period, new Date(Date.UTC(2026, 0, 1 + command.day)).toISOString())
      spent.set(name, (spent.get(name) ?? 0n) + BigInt(command.amount))
      const body = { period: name, periodStart: startOf(period, name), spent: spent.get(name) as bigint }
      again = (on) => reach(on, body, context(index + 1))
    }
    const decision = again(before)
    state = record(before, decision, index + 1)
    return { before, command, again, events: Result.getOrThrow(decision), after: state }
  })
  return { told, state, recorded }
}

const law = (name: string, holds: (told: ReturnType<typeof tell>) => void) =>
  it.prop(name, { story: Story }, ({ story }) => holds(tell(story)), often)

describe("laws of a budget", () => {
  law("a second time adds nothing", ({ told }) => {
    for (const { again, after } of told) expect(Result.getOrThrow(again(after))).toEqual([])
  })

  law("what an update asks for is so afterwards", ({ told }) => {
    for (const { command, after } of told) {
      if (command.does !== "update") continue
      for (const [key, value] of Object.entries(command.body))
        expect(Reflect.get(view("b", after), key)).toEqual(Array.isArray(value) ? [...new Set(value)] : value)
    }
  })

  law("no events leave everything as it was", ({ told }) => {
    for (const { before, events, after } of told)
      if (events.length === 0) expect(after).toBe(before)
      else expect(after).not.toEqual(before)
  })

  law(
    "each is told once per period, a warning before that it is exceeded, and only where so much is spent",
    ({ recorded }) => {
      const seen: Array<string> = []
      for (const { type, data } of recorded) {
        if (type !== "budget.warned" && type !== "budget.exceeded") continue
        const [percent, wanted] = [BigInt(data.spent) * 100n, BigInt(data.limit)]
        expect(percent >= wanted * (type === "budget.warned" ? 80n : 100n)).toBe(true)
        if (type === "budget.exceeded") expect(seen).toContain(`budget.warned ${data.periodStart}`)
        seen.push(`${type} ${data.periodStart}`)
      }
      expect(new Set(seen).size).toBe(seen.length)
    }
  )

  law("one that is not in force tells nothing", ({ told }) => {
    for (const { before, command, events } of told)
      if (command.does === "spend" && before.status === "set" && !before.active) expect(events).toEqual([])
  })

  law("a snapshot and a row give back the state", ({ state, recorded }) => {
    const half = Math.ceil(recorded.length / 2)
    const middle = recorded.slice(0, half).reduce(budget.evolve, budget.initial)
    const restored = budget.decode(JSON.parse(JSON.stringify(budget.encode(middle))))
    expect(restored).toEqual(middle)
    expect(recorded.slice(half).reduce(budget.evolve, restored)).toEqual(state)
    const row = budgetReadModel.toRow("b", middle)
    expect(budgetReadModel.ofRow(JSON.parse(JSON.stringify(row)))).toEqual(middle)
  })

  it.prop(
    "the fold takes any facts in any order",
    { events: Schema.Array(BudgetEvent) },
    ({ events }) => {
      let state: BudgetState = budget.initial
      for (const fact of facts(events.map((event) => ({ event })))) {
        state = budget.evolve(state, fact)
        if (state.status === "none") continue
        expect(state.version).toBe(fact.version)
        expect(state.reached.length).toBeLessThanOrEqual(PERIODS_REMEMBERED)
        expect(budget.decode(budget.encode(state))).toEqual(state)
      }
    },
    often
  )
})
