import type { RegisteredVersion } from "@sluice/contracts/workflow/workflow.api"
import type { WorkflowContent, WorkflowView } from "@sluice/contracts/workflow/workflow.views"
import { definitionOf } from "@sluice/workflow"
import { ago } from "./shared/age.ts"
import { renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"

/** Workflows for people. */

const short = (digest: string): string => digest.slice(0, 12)

export const describeRegistered = (version: RegisteredVersion): string =>
  renderFields({ ...version, digest: short(version.digest) })

export const describeWorkflow = ({ versions, digest, ...workflow }: WorkflowView): string =>
  [
    renderFields({ ...workflow, digest: short(digest) }),
    renderTable(
      ["version", "phases", "tasks", "digest", "registered"],
      versions.toReversed().map((one) => [one.version, one.phases, one.tasks, short(one.digest), ago(one.createdAt)])
    )
  ].join("\n")

export const describeContent = ({ document, digest, ...version }: WorkflowContent): string =>
  [
    renderFields({ ...version, digest: short(digest), description: document.description ?? null }),
    renderTable(
      ["phase", "name", "leads to", "tasks", "gate", "checkpoint", "sign-off"],
      definitionOf(document).phases.map((phase) => [
        phase.id,
        phase.name,
        phase.terminal ? "the end" : phase.transitions.join(", "),
        phase.tasks.length,
        phase.gate.map(({ type }) => type).join(", "),
        whom(phase.checkpoint),
        whom(phase.signoff)
      ])
    )
  ].join("\n")

const whom = (asking: { readonly required: ReadonlyArray<{ roles: ReadonlyArray<string>; count: number }> } | null) =>
  asking === null
    ? ""
    : asking.required
        .map(({ roles, count }) => `${roles.includes("*") ? "anybody" : roles.join("|")} ${count}`)
        .join(" + ")

export const listWorkflows = (page: {
  readonly items: ReadonlyArray<WorkflowView>
  readonly nextCursor: string | null
}): string => {
  const table = renderTable(
    ["workflow", "version", "phases", "tasks", "description", "changed"],
    page.items.map(({ name, version, versions, description, updatedAt }) => [
      name,
      version,
      versions.at(-1)?.phases ?? 0,
      versions.at(-1)?.tasks ?? 0,
      (description ?? "").split("\n", 1)[0]?.slice(0, 60) ?? "",
      ago(updatedAt)
    ]),
    "No workflows."
  )
  return page.nextCursor === null ? table : `${table}\nMore: --cursor ${page.nextCursor}`
}
