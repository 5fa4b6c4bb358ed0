import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import { parseSubjectId } from "@sluice/contracts/run/run.ids"
import type { SessionView } from "@sluice/contracts/session/session.views"
import { places } from "../cli/approval.lines.ts"
import { renderTable } from "../cli/shared/table.ts"

/** The read models as tables. */

const shownAtMost = 30

export const sessionsTable = (sessions: ReadonlyArray<SessionView>): string =>
  limited(
    sessions,
    ["session", "role", "status", "version", "created", "ended"],
    ({ id, metadata, role, status, version, createdAt, endedAt }) => [
      short(String(metadata.title ?? id)),
      role,
      status,
      version,
      clock(createdAt),
      clock(endedAt)
    ]
  )

/** `names`: the story's own, by id; what a run asked for is named by its phase. */
export const approvalsTable = (approvals: ReadonlyArray<ApprovalView>, names: ReadonlyMap<string, string>): string =>
  limited(
    approvals,
    ["approval", "status", "required", "outstanding", "requested by", "decisions", "version"],
    (approval) => [
      short(names.get(approval.id) ?? nameOf(approval)),
      approval.status,
      places(approval.required),
      places(approval.outstanding),
      approval.requestedBy.id,
      approval.decisions.map(({ actor, verdict }) => `${actor.id}: ${verdict}`).join("\n"),
      approval.version
    ]
  )

const nameOf = ({ id, subject }: ApprovalView): string => {
  const gate = parseSubjectId(subject.id)
  return gate === undefined ? id : `${subject.type} ${gate.phase}`
}

const limited = <A>(
  items: ReadonlyArray<A>,
  head: ReadonlyArray<string>,
  row: (item: A) => ReadonlyArray<string | number>
): string => {
  const table = renderTable(head, items.slice(0, shownAtMost).map(row))
  return items.length > shownAtMost ? `${table}\nand ${items.length - shownAtMost} more` : table
}

const clock = (time: string | null): string => (time === null ? "-" : time.slice(11, 19))

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)
