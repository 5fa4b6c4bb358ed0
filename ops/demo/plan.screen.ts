/** Shows a board while it moves: redrawn in place on a terminal, elsewhere one below the other. */
export interface Screen {
  /** Whether a board takes the place of the one before. */
  readonly inPlace: boolean
  readonly show: (board: string) => void
}

interface Output {
  readonly isTTY?: boolean
  readonly rows?: number
  readonly write: (text: string) => unknown
}

const UP = (lines: number): string => (lines === 0 ? "" : `\u001b[${lines}A`)
const CLEAR_BELOW = "\u001b[J"

export const makeScreen = (output: Output): Screen => {
  const inPlace = output.isTTY ?? false
  let drawn = 0
  return {
    inPlace,
    show: (board) => {
      if (!inPlace) {
        output.write(`\n${board}\n\n`)
        return
      }
      // What has scrolled out of the window cannot be redrawn: a board is cut to what the window holds.
      const lines = board.split("\n").slice(0, Math.max(1, (output.rows ?? 24) - 2))
      output.write(`\r${UP(drawn)}${CLEAR_BELOW}${lines.join("\n")}\n`)
      drawn = lines.length
    }
  }
}
