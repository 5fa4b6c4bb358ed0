import type { Requirement } from "@sluice/contracts/approval/approval.events"
import type { PhaseStatus, RunStatus } from "@sluice/contracts/run/run.views"
import { age } from "./shared/age.ts"
import type { Style } from "./shared/terminal.ts"

/** How runs and phases are spoken of. */

/** Words for people of a status: `awaiting confirmation`. */
export const inWords = (status: RunStatus | PhaseStatus): string => status.replaceAll("_", " ")

export const styleOf = (status: RunStatus | PhaseStatus): Style => STYLES[status]

const STYLES: Readonly<Record<RunStatus | PhaseStatus, Style>> = {
  not_started: "dim",
  in_progress: "cyan",
  awaiting_confirmation: "yellow",
  awaiting_input: "yellow",
  ready_for_signoff: "yellow",
  blocked: "red",
  paused: "magenta",
  completed: "green",
  signed_off: "green",
  completed_doc_baseline: "green",
  failed: "red",
  cancelled: "dim",
  skipped: "dim"
}

/** `finance`, `two of manager or legal`: whom a question is put to. */
export const whom = (required: ReadonlyArray<Requirement>): string =>
  required
    .map(({ roles, count }) => {
      const who = roles.includes("*") ? "anybody" : roles.join(" or ")
      return count === 1 ? who : `${count} of ${who}`
    })
    .join(" and ")

/** How long ago, to the second. */
export const since = (time: string, now: number): string => {
  const seconds = Math.floor((now - new Date(time).getTime()) / 1000)
  return seconds < 1 ? "just now" : age(seconds)
}

/** What a question of a run is called. */
export const QUESTION = { checkpoint: "checkpoint", signoff: "sign-off" } as const
