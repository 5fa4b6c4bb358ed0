import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { describe, it } from "vitest"
import { closeMonth, grantCredit, postAdjustment, publishPrices } from "./account.decide.ts"
import { at, book, closed, flat, given, published, publishedNow, type Story } from "./account.spec-support.ts"

const JANUARY = "2026-01-01T00:00:00.000Z"
const JUNE = "2026-06-01T00:00:00.000Z"
const cheap = flat("tokens.input", "1000")
const dear = flat("tokens.input", "2000")

const publishing = (effectiveFrom: string, ...prices: ReadonlyArray<object>) => ({
  after: (...story: Story) => given(...story).when((state) => publishPrices(state, book(effectiveFrom, prices), at(5)))
})

describe("publishPrices", () => {
  it("gives the first book version 1: a price is one tier, of any model unless told, and lines are in order", () =>
    publishing(
      "2026-01-01T01:00:00+01:00",
      { meter: "tokens.output", price: "7" },
      { meter: "tokens.input", model: "b", price: "0" },
      {
        meter: "tokens.input",
        model: "a",
        tiers: [
          { upTo: "10", price: "5" },
          { upTo: null, price: "4" }
        ]
      }
    )
      .after()
      .thenYields(
        publishedNow(
          1,
          JANUARY,
          {
            meter: "tokens.input",
            model: "a",
            tiers: [
              { upTo: "10", price: "5" },
              { upTo: null, price: "4" }
            ]
          },
          flat("tokens.input", "0", "b"),
          flat("tokens.output", "7")
        )
      ))

  it("may be an empty one: nothing has a price from then on", () =>
    publishing(JUNE)
      .after(published(1, JANUARY, cheap))
      .thenYields(publishedNow(2, JUNE)))

  it("gives every other book the next version, whichever time it is from", () => {
    const story = [published(1, JUNE, cheap), published(2, JUNE, dear)]
    publishing(JANUARY, cheap)
      .after(...story)
      .thenYields(publishedNow(3, JANUARY, cheap))
    publishing(JUNE, cheap)
      .after(...story)
      .thenYields(publishedNow(3, JUNE, cheap))
  })

  describe("does nothing for the prices that are in force from that time on", () => {
    it.each([
      [
        { meter: "tokens.input", price: "2000" },
        { meter: "session.seconds", price: "3" }
      ],
      [
        { meter: "session.seconds", model: "*", tiers: [{ upTo: null, price: "3" }] },
        { meter: "tokens.input", model: "*", price: "2000" }
      ]
    ])("however they are written: %j, %j", (...prices) =>
      publishing("2026-06-01T02:00:00+02:00", ...prices)
        .after(published(1, JUNE, cheap), published(2, JUNE, flat("session.seconds", "3"), dear))
        .thenNothing()
    )

    it("also where later books are from later times", () =>
      publishing(JANUARY, cheap)
        .after(published(1, JANUARY, cheap), published(2, JUNE, dear))
        .thenNothing())

    it("but not from another time", () =>
      publishing(JUNE, cheap)
        .after(published(1, JANUARY, cheap))
        .thenYields(publishedNow(2, JUNE, cheap)))
  })

  const refuses = (prices: ReadonlyArray<object>, ...issues: ReadonlyArray<InputIssue>) =>
    publishing(JUNE, ...prices)
      .after()
      .thenRefused("InputRefused", { issues })

  it("refuses what is no meter", () => {
    const message = "is no meter"
    refuses(
      [{ meter: "tokens", price: "1" }, cheap, { meter: "gpu.seconds", price: "1" }],
      { pointer: "/prices/0/meter", message },
      { pointer: "/prices/2/meter", message }
    )
  })

  it("refuses models of meters that have none", () =>
    refuses([{ meter: "session.seconds", model: "gemini", price: "1" }], {
      pointer: "/prices/0/model",
      message: "must be *: session.seconds knows no models"
    }))

  it("refuses two prices for one thing", () =>
    refuses([cheap, { meter: "tokens.input", model: "a", price: "1" }, { meter: "tokens.input", price: "1" }], {
      pointer: "/prices/2",
      message: "is a second price of this meter and model"
    }))

  it("refuses tiers that do not ascend to an open one", () => {
    const tiers = (...ends: ReadonlyArray<string | null>) => [
      { meter: "tokens.input", tiers: ends.map((upTo) => ({ upTo, price: "1" })) }
    ]
    const under = (index: number, message: string) => ({ pointer: `/prices/0/tiers/${index}/upTo`, message })
    const ascending = "must be above that of the tier before it, and above 0"
    refuses(tiers("10"), under(0, "must be null: the last tier takes all the rest"))
    refuses(tiers("10", "10", null), under(1, ascending))
    refuses(tiers("9", "10", "2", null), under(2, ascending))
    refuses(tiers("0", null), under(0, ascending))
    refuses(
      tiers(null, "5"),
      under(0, "must be a quantity: only the last tier takes all the rest"),
      under(1, "must be null: the last tier takes all the rest")
    )
  })

  it("refuses to change what a closed month cost, the last moment included", () => {
    const refused = { pointer: "/effectiveFrom", message: "must not lie in a closed month; 2025-11 was closed" }
    for (const time of ["2025-11-30T23:59:59.999Z", "2025-12-01T00:30:00+01:00", "2020-01-01T00:00:00Z"])
      publishing(time, cheap)
        .after(closed("2025-11"))
        .thenRefused("InputRefused", { issues: [refused] })
    publishing("2025-12-01T00:00:00Z", cheap)
      .after(closed("2025-11"))
      .thenYields(publishedNow(1, "2025-12-01T00:00:00.000Z", cheap))
  })

  it("names every fault at once", () =>
    publishing("2025-11-15T00:00:00Z", { meter: "gold", price: "1" }, { meter: "gold", price: "1" })
      .after(closed("2025-11"))
      .thenRefused("InputRefused", {
        issues: [
          { pointer: "/effectiveFrom", message: "must not lie in a closed month; 2025-11 was closed" },
          { pointer: "/prices/0/meter", message: "is no meter" },
          { pointer: "/prices/1/meter", message: "is no meter" },
          { pointer: "/prices/1", message: "is a second price of this meter and model" }
        ]
      }))
})

describe("posting by hand", () => {
  it("credits, as often as it is told", () =>
    given()
      .when((state) => grantCredit(state, { amount: "5", reason: "welcome" }, at(5)))
      .thenYields({ type: "billing.credited", data: { id: "p-9", amount: "5", reason: "welcome" } }))

  it("adjusts either way, and may say what was wrong", () => {
    given()
      .when((state) => postAdjustment(state, { amount: "-5", reason: "typo", corrects: "12-1" }, at(5)))
      .thenYields({ type: "billing.adjusted", data: { id: "p-9", amount: "-5", reason: "typo", corrects: "12-1" } })
    given()
      .when((state) => postAdjustment(state, { amount: "5", reason: "sorry" }, at(5)))
      .thenYields({ type: "billing.adjusted", data: { id: "p-9", amount: "5", reason: "sorry", corrects: null } })
  })
})

describe("closeMonth", () => {
  const closing = (month: string, minutes = 0) => ({
    after: (...story: Story) => given(...story).when((state) => closeMonth(state, { month }, at(minutes)))
  })
  const now = (month: string) => ({ type: "billing.month-closed", data: { month } }) as const

  it("closes what is over", () => {
    closing("2025-12").after().thenYields(now("2025-12"))
    closing("2025-12").after(closed("2025-10")).thenYields(now("2025-12"))
  })

  it("does nothing for a month that is closed, with later ones or by itself", () => {
    closing("2025-12").after(closed("2025-12")).thenNothing()
    closing("2025-09").after(closed("2025-12")).thenNothing()
  })

  it.each(["2026-01", "2026-02", "9999-12"])("refuses %s, which is not over", (month) =>
    closing(month).after().thenRefused("MonthNotOver", { month })
  )

  it("does so to the last moment", () => {
    const untilFebruary = 30 * 24 * 60 + 14 * 60
    closing("2026-01", untilFebruary - 1 / 60_000)
      .after()
      .thenRefused("MonthNotOver")
    closing("2026-01", untilFebruary).after().thenYields(now("2026-01"))
  })
})
