import { clip, harmless, paint, type Style, type Terminal, widthOf } from "./terminal.ts"

/** A text with its style. */
export interface Cell {
  readonly text: string
  readonly style?: Style | undefined
}
export type Row = ReadonlyArray<Cell | string>

export interface Layout {
  readonly terminal: Terminal
  /** Columns that give way where the terminal is narrow, the widest of them first. */
  readonly flexible: ReadonlyArray<number>
  /** Columns written to the right, as numbers are. */
  readonly right?: ReadonlyArray<number> | undefined
  readonly indent?: number | undefined
}

const GAP = 2
const NARROWEST = 6

/** Rows one below the other in columns, no line of them wider than the terminal. An empty column takes no place. */
export const inColumns = (rows: ReadonlyArray<Row>, layout: Layout): ReadonlyArray<string> => {
  const { terminal, right = [], indent = 0 } = layout
  const cells = rows.map((row) => row.map(cellOf))
  const widths = fitted(cells, layout)
  return cells.map((row) => {
    let line = " ".repeat(indent)
    let width = indent
    for (const [index, { text, style }] of row.entries()) {
      const column = Math.min(widths[index] ?? 0, terminal.columns - width)
      if (column <= 0) continue
      const shown = clip(text, column)
      const space = " ".repeat(column - widthOf(shown))
      line += right.includes(index) ? space + paint(terminal, style, shown) : paint(terminal, style, shown) + space
      line += " ".repeat(GAP)
      width += column + GAP
    }
    return line.trimEnd()
  })
}

/** One line of texts side by side, as wide as the terminal at most. */
export const inLine = (row: Row, terminal: Terminal): string => {
  let left = terminal.columns
  return row
    .map(cellOf)
    .map(({ text, style }) => {
      const shown = clip(text, left)
      left -= widthOf(shown)
      return paint(terminal, style, shown)
    })
    .join("")
}

const cellOf = (cell: Cell | string): Cell =>
  typeof cell === "string" ? { text: harmless(cell) } : { ...cell, text: harmless(cell.text) }

/** How wide each column is: as wide as its widest text, and where that is too much the flexible ones less. */
const fitted = (rows: ReadonlyArray<ReadonlyArray<Cell>>, { terminal, flexible, indent = 0 }: Layout) => {
  const widths: Array<number> = []
  for (const row of rows)
    for (const [index, { text }] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(text))
  const used = widths.filter((width) => width > 0)
  let over = indent + used.reduce((sum, width) => sum + width, 0) + GAP * (used.length - 1) - terminal.columns
  for (; over > 0; over--) {
    const widest = flexible.reduce(
      (one, other) => ((widths[other] ?? 0) > (widths[one] ?? 0) ? other : one),
      flexible[0] ?? -1
    )
    const width = widths[widest] ?? 0
    if (width <= NARROWEST) break
    widths[widest] = width - 1
  }
  return widths
}
