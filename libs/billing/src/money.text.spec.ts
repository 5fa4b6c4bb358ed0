import { describe, expect, it } from "vitest"
import { centsText, divideHalfEven, usdText } from "./money.text.ts"

const CENT = 10n ** 13n

describe("an amount in USD", () => {
  it.each([
    [0n, "0"],
    [1n, "0.000000000000001"],
    [-1n, "-0.000000000000001"],
    [10n ** 15n, "1"],
    [-4_500_000_000_000n, "-0.0045"],
    [540_000_000_000_000n, "0.54"],
    [12n * 10n ** 15n + 340_000_000_000_000n, "12.34"],
    [100n * 10n ** 15n, "100"],
    // Above what a float holds.
    [9_007_199_254_740_993_000_000_000_000_000_001n, "9007199254740993000.000000000000001"]
  ])("%d is %s", (amount, text) => expect(usdText(amount)).toBe(text))
})

describe("rounding to cents", () => {
  it.each([
    [0n, "0.00"],
    [CENT, "0.01"],
    [CENT / 2n, "0.00"],
    [CENT / 2n + 1n, "0.01"],
    [(3n * CENT) / 2n, "0.02"],
    [(5n * CENT) / 2n, "0.02"],
    [(5n * CENT) / 2n - 1n, "0.02"],
    [(5n * CENT) / 2n + 1n, "0.03"],
    [(7n * CENT) / 2n, "0.04"],
    [-CENT / 2n, "0.00"],
    [(-3n * CENT) / 2n, "-0.02"],
    [(-5n * CENT) / 2n, "-0.02"],
    [(-5n * CENT) / 2n - 1n, "-0.03"],
    [-50n * CENT, "-0.50"],
    [123_456n * CENT, "1234.56"],
    [99_999n * CENT + CENT / 2n, "1000.00"]
  ])("%d is %s", (amount, text) => expect(centsText(amount)).toBe(text))

  it("goes to the nearer one, and from the middle to the even one", () => {
    for (let dividend = -40n; dividend <= 40n; dividend++)
      for (const divisor of [1n, 2n, 3n, 4n, 7n, 10n]) {
        const rounded = divideHalfEven(dividend, divisor)
        const off = 2n * (dividend - rounded * divisor)
        expect(off <= divisor && off >= -divisor).toBe(true)
        if (off === divisor || off === -divisor) expect(rounded % 2n === 0n).toBe(true)
      }
  })
})
