import { midnights } from "./calendar.ts"

/** Something that was used: a fact, whatever it costs. '' where there is none. */
export interface Fact {
  readonly tenant: string
  /** The event that says so; of time that a month's end cuts, `cutId`. */
  readonly sourceId: string
  readonly meter: string
  /** Counts the days that an interval touches. */
  readonly part: number
  readonly eventId: string
  readonly position: number
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string
  /** End of an interval of active time; null: used at one moment. */
  readonly until: string | null
  /** Milliseconds that the session had been active before the interval. */
  readonly activeMillis: number | null
  readonly quantity: number
  /** Used by the tenant before it, of this meter and model in this month. */
  readonly before: bigint
  readonly model: string
  readonly role: string
  readonly sessionId: string
  readonly runId: string
  /** `<run>/<phase>` */
  readonly phase: string
  readonly taskId: string
}

/** An interval of active time within one day. */
export interface Stretch {
  readonly part: number
  readonly at: string
  readonly until: string
  readonly activeMillis: number
  readonly seconds: number
}

/** Whole seconds that an interval adds to the active time before it: however time is cut, the seconds of the parts are those of the whole. */
export const secondsBetween = (activeMillis: number, more: number): number =>
  Math.floor((activeMillis + more) / 1000) - Math.floor(activeMillis / 1000)

/** Active time cut at midnight, UTC. A stretch that completes no second is left out, and keeps its number. */
export const stretches = (from: string, until: string, activeMillis: number): ReadonlyArray<Stretch> => {
  const edges = [from, ...midnights(from, until), until]
  const found: Array<Stretch> = []
  let before = activeMillis
  for (let part = 0; part + 1 < edges.length; part++) {
    const [at, end] = [edges[part] as string, edges[part + 1] as string]
    const millis = Date.parse(end) - Date.parse(at)
    const seconds = secondsBetween(before, millis)
    if (seconds > 0) found.push({ part, at, until: end, activeMillis: before, seconds })
    before += millis
  }
  return found
}
