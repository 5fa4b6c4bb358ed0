import type { BriefView, ContextView, RunView } from "@sluice/contracts/run/run.views"
import { renderBoard, type Standing, standingOf } from "./run.board.ts"
import { renderTimeline } from "./run.timeline.ts"
import { inWords, styleOf } from "./run.words.ts"
import { ago } from "./shared/age.ts"
import { bar } from "./shared/bar.ts"
import { inColumns, inLine } from "./shared/columns.ts"
import { harmless, stdoutTerminal } from "./shared/terminal.ts"

/** Runs for people. */

export const describeStanding = (standing: Standing): string =>
  renderBoard(standing, { terminal: stdoutTerminal(), now: Date.now(), hints: true })

/** The answer to a command. */
export const describeRun = (run: RunView): string => describeStanding(standingOf(run))

/** The board, the phase's prompt and next steps, and the newest entries of the history. */
export const describeBrief = (brief: BriefView): string => {
  const terminal = stdoutTerminal()
  const heading = (text: string): string => inLine([{ text, style: "bold" }], terminal)
  const texts = (title: string, lines: ReadonlyArray<string>) =>
    lines.length === 0 ? [] : ["", heading(title), ...lines.map((line) => `  ${line}`)]
  return [
    harmless(brief.summary),
    "",
    describeStanding(brief),
    ...texts(`Prompt of ${brief.phase?.id ?? ""}`, brief.prompt?.trimEnd().split("\n").map(harmless) ?? []),
    ...texts("Next steps", brief.nextSteps.map(harmless)),
    "",
    heading("What happened last"),
    renderTimeline(brief.history, terminal)
  ].join("\n")
}

export const describeContext = ({ decisions, risks, notes, artifacts }: ContextView): string => {
  const parts = Object.entries({ decisions, risks, notes, artifacts }).flatMap(([title, texts]) =>
    texts.length === 0 ? [] : [`${title}\n${texts.map((text) => `  ${harmless(text)}`).join("\n")}`]
  )
  return parts.length === 0 ? "Completed tasks left nothing yet." : parts.join("\n")
}

export const listRuns = (page: {
  readonly items: ReadonlyArray<RunView>
  readonly nextCursor: string | null
}): string => {
  if (page.items.length === 0) return "No runs."
  const dim = (text: string) => ({ text, style: "dim" }) as const
  const rows = page.items.map((run) => {
    const { done, total, percent } = run.progress
    const style = styleOf(run.status)
    return [
      run.id,
      run.title,
      { text: inWords(run.status), style },
      { text: bar(percent, 8), style },
      `${percent} %`,
      `${done}/${total}`,
      run.currentPhase ?? "",
      ago(run.createdAt)
    ]
  })
  const head = ["run", "title", "status", "progress", "", "", "phase", "started"].map(dim)
  const lines = inColumns([head, ...rows], { terminal: stdoutTerminal(), flexible: [1, 2], right: [4, 5] })
  return [...lines, ...(page.nextCursor === null ? [] : [`More: --cursor ${page.nextCursor}`])].join("\n")
}
