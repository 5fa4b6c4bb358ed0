/** Something that can be answered in several formats: by which names a client asks for each, the preferred one first. */
export interface Offer<Format extends string> {
  readonly format: Format
  /** `text/csv` */
  readonly types: ReadonlyArray<string>
}

/**
 * Which of the formats an `Accept` header (RFC 9110, 12.5.1) wants most. Between equal weights a type that is named counts for more than
 * `*`, then the order of the offers decides. Who accepts none of them gets the first.
 */
export const preferred = <Format extends string>(
  accept: string | undefined,
  offers: readonly [Offer<Format>, ...ReadonlyArray<Offer<Format>>]
): Format => {
  const ranges = (accept ?? "").split(",").map(rangeOf)
  const weighed = offers.map(({ format, types }) => ({ format, ...bestOf(ranges, types) }))
  const [best] = weighed.toSorted((a, b) => b.weight - a.weight || b.exactness - a.exactness)
  return best !== undefined && best.weight > 0 ? best.format : offers[0].format
}

interface Range {
  readonly type: string
  readonly weight: number
}

const rangeOf = (text: string): Range => {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase())
  const weight = parameters.find((one) => one.startsWith("q="))?.slice(2) ?? "1"
  return { type, weight: Number(weight) || 0 }
}

/** The most exact range that fits decides: `text/html;q=0` beside a `*` wants anything but HTML. */
const bestOf = (ranges: ReadonlyArray<Range>, types: ReadonlyArray<string>) => {
  const levels = [["*/*"], types.map((type) => type.replace(/\/.*/, "/*")), types]
  return levels.reduce(
    (best, names, exactness) => {
      const fitting = ranges.filter(({ type }) => names.includes(type)).map(({ weight }) => weight)
      return fitting.length === 0 ? best : { weight: Math.max(...fitting), exactness }
    },
    { weight: 0, exactness: 0 }
  )
}
