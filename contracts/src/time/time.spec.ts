import { DateTime, Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { durationMillis, IsoDuration } from "./time.duration.ts"
import { TimestampInput } from "./time.timestamp.ts"

const read = Schema.decodeUnknownResult(TimestampInput)
const isDuration = Schema.is(IsoDuration)

describe("TimestampInput", () => {
  it.each([
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31T12:00:00.123456789+02:00", "2026-01-31T10:00:00.123Z"],
    ["2024-02-29T23:59:59-05:30", "2024-03-01T05:29:59.000Z"]
  ])("reads %s", (text, iso) => expect(Result.map(read(text), DateTime.formatIso)).toEqual(Result.succeed(iso)))

  it.each([
    "2026-01-31",
    "January 1 2026",
    "1",
    "2026-01-31T12:00:00",
    "2026-02-31T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31 12:00:00Z",
    "+012026-01-01T00:00:00Z",
    "0000-06-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    1767225600000
  ])("refuses %s", (text) => expect(Result.isFailure(read(text))).toBe(true))
})

describe("IsoDuration", () => {
  it.each([
    ["PT1S", 1000],
    ["PT4H", 4 * 3_600_000],
    ["P2D", 2 * 86_400_000],
    ["P1W", 7 * 86_400_000],
    ["P1DT2H3M4.5S", 93_784_500]
  ])("%s is a duration of %d ms", (text, millis) => {
    expect(isDuration(text)).toBe(true)
    expect(durationMillis(text)).toBe(millis)
  })

  it.each(["", "P", "PT", "P1M", "P1Y", "PT0S", "PT0.5S", "-PT1H", "P10000D", "4h"])("refuses %j", (text) =>
    expect(isDuration(text)).toBe(false)
  )
})
