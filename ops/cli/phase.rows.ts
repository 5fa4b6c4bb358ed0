import type { PhaseSummary, Waiting } from "@sluice/contracts/run/run.views"
import { inWords, QUESTION, since, styleOf, whom } from "./run.words.ts"
import { bar } from "./shared/bar.ts"
import { inColumns, type Row } from "./shared/columns.ts"
import type { Terminal } from "./shared/terminal.ts"

/** A phase as a row shows it. */
export interface PhaseLine extends PhaseSummary {
  readonly current: boolean
  readonly waiting: ReadonlyArray<Pick<Waiting, "for" | "required" | "since">>
}

/** One line for each phase, all in the same columns; `now`: milliseconds since 1970. */
export const phaseRows = (
  phases: ReadonlyArray<PhaseLine>,
  { terminal, now }: { readonly terminal: Terminal; readonly now: number }
): ReadonlyArray<string> => {
  const columns = terminal.columns >= 100 ? 20 : terminal.columns >= 80 ? 10 : 5
  const rows = phases.map((phase): Row => {
    const { status, progress, visit, blocked, waiting } = phase
    const { done, total, percent } = progress
    const word = blocked === null ? inWords(status) : "blocked"
    const style = blocked === null ? styleOf(status) : "red"
    return [
      { text: phase.current ? "▸" : " ", style: "bold" },
      { text: phase.id, style: phase.current ? "bold" : undefined },
      phase.name,
      { text: bar(percent, columns), style },
      `${percent} %`,
      `${done}/${total}`,
      { text: visit === 1 ? word : `${word}, visit ${visit}`, style },
      blocked === null
        ? {
            text: waiting
              .map((one) => `${QUESTION[one.for]}: ${whom(one.required)}, ${since(one.since, now)}`)
              .join("; ")
          }
        : { text: blocked, style: "red" }
    ]
  })
  return inColumns(rows, { terminal, flexible: [2, 7], right: [4, 5] })
}
