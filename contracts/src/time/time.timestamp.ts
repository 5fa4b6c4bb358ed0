import { Schema } from "effect"

const RFC_3339 =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/u

const EARLIEST = Date.parse("0001-01-01T00:00:00.000Z")
const LATEST = Date.parse("9999-12-31T23:59:59.999Z")

/** `Date.parse` takes 31 February for 3 March; and a time zone can push a time out of the four-digit years. */
const isReal = (text: string): boolean => {
  const daysInMonth = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
  const time = Date.parse(text)
  return Number(text.slice(8, 10)) <= daysInMonth && time >= EARLIEST && time <= LATEST
}

/** A time that a caller gives: RFC 3339 with its offset, real, in the years 1 to 9999; kept to the millisecond. */
export const TimestampInput = Schema.String.check(
  Schema.isPattern(RFC_3339, { message: "must be an RFC 3339 time with an offset, for example 2026-01-31T12:00:00Z" }),
  Schema.makeFilter((text) => isReal(text) || "must be a real date in the years 1 to 9999")
).pipe(Schema.decodeTo(Schema.DateTimeUtcFromString), Schema.annotateEncoded({ format: "date-time" }))
