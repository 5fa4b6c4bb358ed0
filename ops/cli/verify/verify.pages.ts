import { Effect } from "effect"

const PAGE = 2_000

/** Walks a table page by page in the order of a cursor, so that its size does not matter to us. */
export const inPages = <Row, Cursor, E, R>(walk: {
  /** Below every row. */
  readonly first: Cursor
  /** Rows above the cursor, in order. */
  readonly page: (after: Cursor, limit: number) => Effect.Effect<ReadonlyArray<Row>, E, R>
  readonly cursor: (row: Row) => Cursor
  readonly each: (row: Row) => void
}): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    let after = walk.first
    while (true) {
      const rows = yield* walk.page(after, PAGE)
      for (const row of rows) walk.each(row)
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      after = walk.cursor(last)
    }
  })
