import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { nextDigest } from "./digest.time.ts"

const next = (digestAt: string, timeZone: string, after: string): string =>
  new Date(nextDigest({ digestAt, timeZone }, Date.parse(after))).toISOString().replace(":00.000Z", "Z")

const VIENNA = "Europe/Vienna"

describe("the next digest", () => {
  it.each([
    ["today, where the time is still to come", "08:00", VIENNA, "2026-01-10T06:59Z", "2026-01-10T07:00Z"],
    ["tomorrow, where it is that time now", "08:00", VIENNA, "2026-01-10T07:00Z", "2026-01-11T07:00Z"],
    ["an hour earlier once summer time began", "08:00", VIENNA, "2026-03-28T07:00Z", "2026-03-29T06:00Z"],
    ["an hour later once it has ended", "08:00", VIENNA, "2026-10-24T06:00Z", "2026-10-25T07:00Z"],
    ["an hour late on the day that lacks its time", "02:30", VIENNA, "2026-03-28T01:30Z", "2026-03-29T01:30Z"],
    ["on time the day after that", "02:30", VIENNA, "2026-03-29T01:30Z", "2026-03-30T00:30Z"],
    ["the first time on the day that has its time twice", "02:30", VIENNA, "2026-10-24T00:30Z", "2026-10-25T00:30Z"],
    ["not a second time that day", "02:30", VIENNA, "2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    [
      "of the local day, which may be yesterday's",
      "23:30",
      "Pacific/Honolulu",
      "2026-01-10T09:00Z",
      "2026-01-10T09:30Z"
    ],
    [
      "of the local day, which may be tomorrow's",
      "00:15",
      "Pacific/Kiritimati",
      "2026-01-10T10:00Z",
      "2026-01-10T10:15Z"
    ],
    ["where clocks change by half an hour", "02:15", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-03T15:45Z"],
    ["at an offset", "08:00", "+05:45", "2026-01-10T00:00Z", "2026-01-10T02:15Z"],
    ["in UTC where nobody knows the zone", "08:00", "Mars/Olympus", "2026-01-10T00:00Z", "2026-01-10T08:00Z"]
  ])("is %s", (_, digestAt, timeZone, after, expected) => expect(next(digestAt, timeZone, after)).toBe(expected))

  const Case = {
    minutes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 24 * 60 - 1 })),
    timeZone: Schema.Literals([
      VIENNA,
      "UTC",
      "America/St_Johns",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Africa/Casablanca"
    ]),
    after: Schema.Int.check(Schema.isBetween({ minimum: Date.parse("2020-01-01"), maximum: Date.parse("2035-01-01") }))
  }
  it.prop(
    "is after that moment, within some 25 hours, and at its time by the clocks there unless they skip it",
    Case,
    ({ minutes, timeZone, after }) => {
      const digestAt = new Date(minutes * 60_000).toISOString().slice(11, 16)
      const due = nextDigest({ digestAt, timeZone }, after)
      expect(due).toBeGreaterThan(after)
      expect(due).toBeLessThanOrEqual(after + 26 * 3_600_000)
      const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" })
      const shown = clock.format(due)
      if (shown !== digestAt) {
        const anHourBefore = clock.format(due - 3_600_000)
        expect(shown > digestAt && anHourBefore < digestAt).toBe(true)
      }
    },
    { arbitrary: { runs: 500 } }
  )
})
