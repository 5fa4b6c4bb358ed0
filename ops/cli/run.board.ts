import type { BriefView, RunView } from "@sluice/contracts/run/run.views"
import { phaseRows } from "./phase.rows.ts"
import { inWords, QUESTION, since, styleOf, whom } from "./run.words.ts"
import { ago } from "./shared/age.ts"
import { bar } from "./shared/bar.ts"
import { type Cell, inColumns, inLine, type Row } from "./shared/columns.ts"
import { paint, type Style, type Terminal } from "./shared/terminal.ts"

/** How a run stands, for people: its phases with their progress, what waits for whom, and what can be started. */

export type Standing = Pick<BriefView, "run" | "waiting" | "gaps"> & {
  readonly startable: ReadonlyArray<{ readonly key: string; readonly title: string }>
}

/** What the answer to a command tells of it: sign-offs and gaps are read only. */
export const standingOf = (run: RunView): Standing => ({
  run,
  waiting: run.openCheckpoints.map(({ phase, approvalId, required, since }) => ({
    for: "checkpoint",
    phase,
    approvalId,
    required,
    roles: [...new Set(required.flatMap(({ roles }) => roles))],
    since
  })),
  gaps: [],
  startable: run.startable.map((key) => ({ key, title: "" }))
})

export interface BoardOptions {
  readonly terminal: Terminal
  /** Milliseconds since 1970: ages are counted up to here. */
  readonly now: number
  /** Say with which command one answers what waits; it is there to be copied, so a narrow terminal wraps it. */
  readonly hints: boolean
}

export const renderBoard = (standing: Standing, options: BoardOptions): string => {
  const { run } = standing
  const { terminal } = options
  return [
    ...heading(run, options),
    "",
    ...phaseRows(
      run.phases.map((phase) => ({
        ...phase,
        current: run.currentPhase === phase.id,
        waiting: standing.waiting.filter((one) => one.phase === phase.id)
      })),
      options
    ),
    ...section("Waits", waits(standing, options), options),
    ...section(
      "Gaps to close",
      standing.gaps.map(({ phase, text }) => ({ row: [phase, text] })),
      options
    ),
    ...section(
      "Stuck",
      run.stuck.map((text) => ({ row: ["", text], hint: `run unstick ${run.id}` })),
      options
    ),
    ...next(standing, terminal)
  ].join("\n")
}

const heading = (run: RunView, { terminal, now }: BoardOptions): ReadonlyArray<string> => {
  const { done, total, percent } = run.progress
  const late = run.overdue ? { text: "  overdue", style: "red" as const } : ""
  const until = run.deadline === null || run.overdue ? "" : `  until ${run.deadline.slice(0, 16).replace("T", " ")} UTC`
  const columns = Math.min(60, terminal.columns - 30)
  return [
    inLine(
      [
        { text: run.title, style: "bold" },
        "  ",
        { text: inWords(run.status), style: styleOf(run.status) },
        late,
        until
      ],
      terminal
    ),
    inLine(
      [{ text: bar(percent, columns), style: styleOf(run.status) }, `  ${percent} %  ${done} of ${total} tasks`],
      terminal
    ),
    inLine(
      [
        {
          text: `${run.id}  ${run.workflow.name} version ${run.workflow.version}, started ${ago(run.createdAt, now)} by ${run.startedBy.id}`,
          style: "dim"
        }
      ],
      terminal
    )
  ]
}

interface Item {
  readonly row: Row
  readonly hint?: string
}

const section = (title: string, items: ReadonlyArray<Item>, { terminal, hints }: BoardOptions) => {
  if (items.length === 0) return []
  const lines = inColumns(
    items.map(({ row }) => row),
    { terminal, flexible: [(items[0]?.row.length ?? 1) - 1], indent: 2 }
  )
  return [
    "",
    inLine([{ text: title, style: "bold" }], terminal),
    ...lines.flatMap((line, index) => {
      const hint = items[index]?.hint
      return hints && hint !== undefined ? [line, paint(terminal, "dim", `    sluice ${hint}`)] : [line]
    })
  ]
}

/** What waits for whom: what a person has to do so that the run goes on. */
const waits = ({ run, waiting }: Standing, { now }: BoardOptions): ReadonlyArray<Item> => {
  const about = (one: { readonly phase: string | null; readonly task: string | null }): string =>
    one.task ?? one.phase ?? "the run"
  const kind = (text: string, style: Style): Cell => ({ text, style })
  return [
    ...(run.status === "paused"
      ? [{ row: [kind("paused", "magenta"), "", "", "", run.reason ?? ""], hint: `run resume ${run.id}` }]
      : []),
    ...run.blockers.map((one) => ({
      row: [kind("blocker", "red"), about(one), "", since(one.at, now), one.text],
      hint: `run resolve ${run.id} ${one.id}`
    })),
    ...run.phases
      .filter(({ blocked }) => blocked !== null)
      .map(({ id, blocked }) => ({
        row: [kind("block", "red"), id, "", "", blocked ?? ""],
        hint: `phase unblock ${run.id} ${id}`
      })),
    ...run.openQuestions.map((one) => ({
      row: [kind("question", "yellow"), about(one), one.role ?? "anybody", since(one.at, now), one.text],
      hint: `run answer ${run.id} ${one.id} "…"`
    })),
    ...waiting.map((one) => ({
      row: [
        kind(QUESTION[one.for], "yellow"),
        one.phase,
        whom(one.required),
        since(one.since, now),
        one.for === "signoff" ? "" : reviews(run, one.approvalId)
      ],
      hint: one.for === "signoff" ? `approval approve ${one.approvalId}` : `run proceed ${run.id} ${one.phase}`
    }))
  ]
}

/** Who looks at a checkpoint: its newest review. */
const reviews = ({ openCheckpoints }: RunView, approvalId: string): string => {
  const last = openCheckpoints.find((one) => one.approvalId === approvalId)?.reviews.at(-1)
  return last === undefined ? "" : `${last.actor.id} reviews${last.comment === null ? "" : `: ${last.comment}`}`
}

const NEXT_MOST = 5

const next = ({ startable }: Standing, terminal: Terminal): ReadonlyArray<string> => {
  if (startable.length === 0) return []
  const more = startable.length - NEXT_MOST
  const shown = startable.slice(0, NEXT_MOST).map(({ key, title }) => (title === "" ? key : `${key} ${title}`))
  const text = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(" · ")
  return ["", inLine([{ text: "Next", style: "bold" }, `  ${text}`], terminal)]
}
