/** Says what goes on while it goes on: one line that renews itself on a terminal, plain lines elsewhere. */
export interface Progress {
  /** Something that happens once, on a line of its own. */
  readonly say: (line: string) => void
  /** So many of so many steps are done; `words` is the one that begins. */
  readonly step: (done: number, total: number, words: string) => void
  /** Ends the line that renews itself. */
  readonly end: () => void
}

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly write: (text: string) => unknown
}

const barWidth = 24
const mostLines = 60

export const makeProgress = (output: Output): Progress => {
  let open = false
  const end = (): void => {
    if (open) output.write("\n")
    open = false
  }
  return {
    say: (line) => {
      end()
      output.write(`${line}\n`)
    },
    step: (done, total, words) => {
      if (output.isTTY) {
        const filled = Math.round((barWidth * done) / Math.max(1, total))
        const bar = `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}] ${done}/${total}  ${words}`
        output.write(`\r\u001b[2K${bar.slice(0, (output.columns ?? 80) - 1)}`)
        open = true
      } else if (done === total || done % Math.ceil(total / mostLines) === 0) {
        output.write(`  ${String(done).padStart(String(total).length)}/${total}  ${words}\n`)
      }
    },
    end
  }
}
