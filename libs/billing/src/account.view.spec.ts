import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { book, flat, given, published, treasurer } from "./account.spec-support.ts"
import { postingView, publishedView } from "./account.view.ts"

const JANUARY = "2026-01-01T00:00:00.000Z"
const JUNE = "2026-06-01T00:00:00.000Z"

describe("a book as it was published", () => {
  it("shows the one from its time on, also where others are newer", () => {
    const { state } = given(
      published(1, JANUARY, flat("tokens.input", "1")),
      published(2, JANUARY, flat("tokens.input", "2")),
      published(3, JUNE, flat("tokens.input", "3"))
    )
    expect(publishedView(state, book(JANUARY, [{ meter: "tokens.input", price: "2" }]))).toEqual({
      version: 2,
      effectiveFrom: JANUARY,
      prices: [flat("tokens.input", "2")],
      publishedAt: minuteIso(1),
      publishedBy: treasurer
    })
  })

  it("is a defect to ask for where there is none", () =>
    expect(() => publishedView(given().state, book(JANUARY, []))).toThrow("nothing to show"))
})

describe("what was posted", () => {
  const credit = {
    event: { type: "billing.credited", data: { id: "p-1", amount: "2500000000000000", reason: "welcome" } },
    by: treasurer
  } as const
  const adjustment = {
    event: { type: "billing.adjusted", data: { id: "p-2", amount: "-1", reason: "typo", corrects: "12-1" } },
    by: treasurer
  } as const

  it("is shown exactly and in USD: the newest", () => {
    expect(postingView(given(credit).state)).toEqual({
      id: "p-1",
      kind: "credit",
      amount: "2500000000000000",
      usd: "2.5",
      reason: "welcome",
      corrects: null,
      at: minuteIso(0),
      by: treasurer
    })
    expect(postingView(given(credit, adjustment).state)).toMatchObject({
      id: "p-2",
      kind: "adjustment",
      amount: "-1",
      usd: "-0.000000000000001",
      corrects: "12-1",
      at: minuteIso(1)
    })
  })

  it("is a defect to ask for where there is none", () =>
    expect(() => postingView(given().state)).toThrow("nothing to show"))
})
