import type { TimelineEntry } from "@sluice/contracts/run/run.views"
import { inColumns, inLine, type Row } from "./shared/columns.ts"
import type { Style, Terminal } from "./shared/terminal.ts"

/** What happened in a run, for people: the oldest entry first, each day below a heading of its own. Times are UTC. */
export const renderTimeline = (newestFirst: ReadonlyArray<TimelineEntry>, terminal: Terminal): string => {
  const entries = newestFirst.toReversed()
  const lines = inColumns(entries.map(rowOf), { terminal, flexible: [2], indent: 2 })
  let day = ""
  return entries
    .flatMap(({ time }, index) => {
      const line = lines[index] as string
      if (time.startsWith(day) && day !== "") return [line]
      day = time.slice(0, 10)
      return [inLine([{ text: `${day} UTC`, style: "bold" }], terminal), line]
    })
    .join("\n")
}

const rowOf = ({ time, type, text, actor }: TimelineEntry): Row => {
  const [sign, style] = signOf(type)
  return [
    time.slice(11, 19),
    { text: sign, style },
    { text, style },
    { text: actor.kind === "user" ? actor.id : `${actor.id} (${actor.kind})`, style: "dim" }
  ]
}

/** Phases and their gates stand out; tasks are the small print between them. */
const signOf = (type: string): readonly [string, Style | undefined] => {
  const event = type.slice(type.indexOf(".") + 1)
  if (/^(completed|phase-completed|phase-signed-off|checkpoint-confirmed)$/.test(event)) return ["✓", "green"]
  if (/^(failed|cancelled|overdue|task-failed|signoff-rejected|checkpoint-refused)$/.test(event)) return ["✗", "red"]
  if (/^(phase-blocked|blocker-raised)$/.test(event)) return ["■", "red"]
  if (/^(checkpoint-|signoff-|question-asked)/.test(event)) return ["?", "yellow"]
  if (/^(paused|resumed)$/.test(event)) return ["‖", "magenta"]
  if (/^(started|phase-)/.test(event)) return ["▸", "cyan"]
  return ["·", undefined]
}
