import type { Requirement } from "@sluice/contracts/approval/approval.events"
import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import { ago } from "./shared/age.ts"
import { renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"

/** Approvals for people. */

/** `finance 1 + manager 1`; somebody holding any of several roles is written `finance|manager 2`. */
export const places = (required: ReadonlyArray<Requirement>): string =>
  required.map(({ roles, count }) => `${roles.includes("*") ? "anybody" : roles.join("|")} ${count}`).join(" + ") || "-"

export const describeApproval = (approval: ApprovalView): string => {
  const { subject, requestedBy, required, outstanding, links, decisions, ...rest } = approval
  return [
    renderFields({
      ...rest,
      subject: `${subject.type} ${subject.id}`,
      required: places(required),
      outstanding: places(outstanding),
      requestedBy: `${requestedBy.id} (${requestedBy.kind})`,
      links: links.length === 0 ? null : links.map(({ title, url }) => `${title}: ${url}`).join("\n")
    }),
    renderTable(
      ["who", "as", "verdict", "comment", "when"],
      decisions.map(({ actor, verdict, comment, at }) => [
        actor.id,
        actor.roles.join(", "),
        verdict,
        comment ?? "",
        ago(at)
      ]),
      "Nobody has decided yet."
    )
  ].join("\n")
}

export const listApprovals = (page: {
  readonly items: ReadonlyArray<ApprovalView>
  readonly nextCursor: string | null
}): string => {
  const table = renderTable(
    ["approval", "about", "status", "outstanding", "requested by", "asked"],
    page.items.map((approval) => [
      approval.id,
      `${approval.subject.type} ${approval.subject.id}`,
      approval.status,
      places(approval.outstanding),
      approval.requestedBy.id,
      ago(approval.createdAt)
    ]),
    "No approvals."
  )
  return page.nextCursor === null ? table : `${table}\nMore: --cursor ${page.nextCursor}`
}
