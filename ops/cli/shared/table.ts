import Table from "cli-table3"

/** A table for people, with or without a heading; an empty one is a sentence. */
export const renderTable = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string | number>>,
  whenEmpty = "Nothing."
): string => {
  if (rows.length === 0) return whenEmpty
  const table = new Table({ head: [...head], style: { head: [], border: [] } })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
}
