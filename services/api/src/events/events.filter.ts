import { type FeedFilter, typeFits } from "@sluice/contracts/feed/feed.filter"

/** Whether an event is meant. The same rule as in `db/functions/feed_read.sql`; a test holds them together. */
export const matches = ({ category, type, subject }: FeedFilter, event: { type: string; subject: string }): boolean =>
  (subject === undefined || subject === event.subject) &&
  (category === undefined || category.some((one) => event.type.startsWith(`${one}.`))) &&
  (type === undefined || type.some((pattern) => typeFits(pattern, event.type)))

/** The same for filters that mean the same events. */
export const filterKey = ({ category, type, subject }: FeedFilter): string =>
  JSON.stringify([category ?? null, type ?? null, subject ?? null])

const patterns = (values: ReadonlyArray<string> | undefined, suffix = ""): Array<string> | null =>
  values === undefined ? null : values.map((value) => `${value.replaceAll("*", "%")}${suffix}`)

/** The filter's types and categories as patterns of LIKE; null where it has none. */
export const likePatterns = ({ category, type }: FeedFilter) => ({
  categories: patterns(category, ".%"),
  types: patterns(type)
})
