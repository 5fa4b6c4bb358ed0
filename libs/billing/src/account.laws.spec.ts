import { it } from "@effect/vitest"
import { BillingEvent } from "@sluice/contracts/billing/billing.events"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import { facts, minute } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { type BillingDecision, closeMonth, grantCredit, type PostingContext, publishPrices } from "./account.decide.ts"
import { book, flat, treasurer } from "./account.spec-support.ts"
import { type AccountState, inForceAt } from "./account.state.ts"
import { account } from "./account.stream.ts"

/** A story is what is commanded of an account; few values, so that they often meet. */
const times = ["2025-09-01T00:00:00.000Z", "2025-11-15T12:00:00.000Z", "2026-02-01T00:00:00.000Z"] as const
const Command = Schema.Union([
  Schema.Struct({
    does: Schema.tag("publish"),
    from: Schema.Literals(times),
    prices: Schema.Array(Schema.Literals(["1", "2"]))
  }),
  Schema.Struct({ does: Schema.tag("close"), month: Schema.Literals(["2025-08", "2025-10", "2025-11", "2026-01"]) }),
  Schema.Struct({ does: Schema.tag("credit") })
])
type Command = typeof Command.Type

const attempt = (state: AccountState, command: Command, context: PostingContext): BillingDecision => {
  switch (command.does) {
    case "publish": {
      const prices = command.prices.map((price, index) => flat("tokens.input", price, `model ${index}`))
      return publishPrices(state, book(command.from, prices), context)
    }
    case "close":
      return closeMonth(state, command, context)
    case "credit":
      return grantCredit(state, { amount: "1", reason: "x" }, context)
  }
}

const tell = (story: ReadonlyArray<Command>) => {
  const recorded: Array<Fact<BillingEvent>> = []
  let state: AccountState = account.initial
  const told = story.map((command, index) => {
    const before = state
    const context = { id: "a", actor: treasurer, now: minute(index), postingId: `p-${index}` }
    const decision = attempt(before, command, context)
    for (const event of Result.getOrElse(decision, () => [])) {
      const recordedAt = new Date(context.now).toISOString()
      const fact = { ...event, version: recorded.length + 1, recordedAt, actor: treasurer }
      recorded.push(fact)
      state = account.evolve(state, fact)
    }
    return { before, command, context, decision, after: state }
  })
  return { told, state, recorded }
}

const often = { arbitrary: { runs: 400 } }
const law = (name: string, holds: (told: ReturnType<typeof tell>) => void) =>
  it.prop(name, { story: Schema.Array(Command) }, ({ story }) => holds(tell(story)), often)

describe("laws of an account", () => {
  law("a second time adds nothing, of prices and of closing", ({ told }) => {
    for (const { command, context, decision, after } of told) {
      if (Result.isFailure(decision) || command.does === "credit") continue
      expect(Result.getOrThrow(attempt(after, command, context))).toEqual([])
    }
  })

  law("prices that are accepted are in force from their time on", ({ told }) => {
    for (const { command, decision, after } of told)
      if (command.does === "publish" && Result.isSuccess(decision))
        expect(inForceAt(after, command.from)?.effectiveFrom).toBe(command.from)
  })

  law("versions count from 1, without a gap", ({ state }) =>
    expect(state.books.map(({ version }) => version)).toEqual(state.books.map((_, index) => index + 1))
  )

  law("what a closed month cost stays as it is", ({ told }) => {
    for (const { before, after } of told)
      for (const time of times)
        if (before.closedThrough !== null && time.slice(0, 7) <= before.closedThrough)
          expect(inForceAt(after, time)).toEqual(inForceAt(before, time))
  })

  law("no month is opened again", ({ told }) => {
    for (const { before, after } of told) expect((before.closedThrough ?? "") <= (after.closedThrough ?? "")).toBe(true)
  })

  law("a snapshot gives back the state", ({ state, recorded }) => {
    const half = Math.ceil(recorded.length / 2)
    const middle = recorded.slice(0, half).reduce(account.evolve, account.initial)
    const restored = account.decode(JSON.parse(JSON.stringify(account.encode(middle))))
    expect(restored).toEqual(middle)
    expect(recorded.slice(half).reduce(account.evolve, restored)).toEqual(state)
  })

  it.prop(
    "the fold takes any facts in any order",
    { events: Schema.Array(BillingEvent) },
    ({ events }) => {
      let state: AccountState = account.initial
      for (const fact of facts(events.map((event) => ({ event })))) {
        state = account.evolve(state, fact)
        expect(state.version).toBe(fact.version)
        expect(account.decode(account.encode(state))).toEqual(state)
      }
    },
    often
  )
})
