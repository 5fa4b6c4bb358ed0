import type { PhaseView } from "@sluice/contracts/run/run.views"
import { phaseRows } from "./phase.rows.ts"
import { inWords, styleOf } from "./run.words.ts"
import { inLine } from "./shared/columns.ts"
import { stdoutTerminal } from "./shared/terminal.ts"

/** Phases across runs for people: below each run those of its phases that are in the list. */
export const listPhases = (page: {
  readonly items: ReadonlyArray<PhaseView>
  readonly nextCursor: string | null
}): string => {
  if (page.items.length === 0) return "No phases."
  const terminal = stdoutTerminal()
  const lines = phaseRows(
    page.items.map((one) => ({ ...one, id: one.phase })),
    { terminal, now: Date.now() }
  )
  let run = ""
  const shown = page.items.flatMap(({ runId, runTitle, runStatus }, index) => {
    const line = lines[index] as string
    if (runId === run) return [line]
    const gap = run === "" ? [] : [""]
    run = runId
    const status = { text: inWords(runStatus), style: styleOf(runStatus) }
    return [
      ...gap,
      inLine([{ text: runTitle, style: "bold" }, "  ", status, { text: `  ${runId}`, style: "dim" }], terminal),
      line
    ]
  })
  return [...shown, ...(page.nextCursor === null ? [] : [`More: --cursor ${page.nextCursor}`])].join("\n")
}
