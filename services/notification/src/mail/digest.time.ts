import { DateTime, Option } from "effect"

/** When somebody wants their digest: `HH:MM` in an IANA time zone. */
export interface DigestTime {
  readonly digestAt: string
  readonly timeZone: string
}

const UTC = DateTime.zoneMakeNamedUnsafe("UTC")

/**
 * The next digest after a moment (epoch milliseconds, both). Every day has one: where clocks are put forward over its time it
 * comes as much later, where they are put back and show its time twice it comes the first time. A zone that this
 * machine does not know counts as UTC.
 */
export const nextDigest = ({ digestAt, timeZone }: DigestTime, after: number): number => {
  const zone = Option.getOrElse(DateTime.zoneFromString(timeZone), () => UTC)
  const [hour, minute] = digestAt.split(":").map(Number) as [number, number]
  const { year, month, day } = DateTime.toParts(DateTime.makeZonedUnsafe(after, { timeZone: zone }))
  for (let ahead = -1; ; ahead += 1) {
    const clock = new Date(Date.UTC(year, month - 1, day + ahead, hour, minute))
    const digest = DateTime.makeZonedUnsafe(clock, { timeZone: zone, adjustForTimeZone: true })
    if (DateTime.toEpochMillis(digest) > after) return DateTime.toEpochMillis(digest)
  }
}
