/** Days and months are UTC; times are RFC 3339 with milliseconds, so they compare as text and begin with their day. */

const DAY = 86_400_000

export const monthOf = (at: string): string => at.slice(0, 7)
export const dayOf = (at: string): string => at.slice(0, 10)

/** The month after one: `2026-12` → `2027-01`. */
export const monthAfter = (month: string): string => {
  const [year, number] = month.split("-").map(Number) as [number, number]
  return number === 12
    ? `${String(year + 1).padStart(4, "0")}-01`
    : `${month.slice(0, 5)}${String(number + 1).padStart(2, "0")}`
}

/** Its first moment. */
export const startOfMonth = (month: string): string => `${month}-01T00:00:00.000Z`

/** Midnights after `from` and before `until`. */
export const midnights = (from: string, until: string): ReadonlyArray<string> => {
  const times: Array<string> = []
  const last = Date.parse(until)
  for (let time = (Math.floor(Date.parse(from) / DAY) + 1) * DAY; time < last; time += DAY)
    times.push(new Date(time).toISOString())
  return times
}
