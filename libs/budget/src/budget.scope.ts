import { Role } from "@sluice/contracts/actor/actor"
import type { CreateBudget } from "@sluice/contracts/budget/budget.commands"
import type { BudgetScope } from "@sluice/contracts/budget/budget.events"
import { PhaseId } from "@sluice/contracts/workflow/workflow.document"
import { Schema } from "effect"

/** What the id of a budget's scope may be. */

type Given = CreateBudget["scope"]

const isRole = Schema.is(Role)
const isUuid = Schema.is(Schema.String.check(Schema.isUUID()))
const isPhaseId = Schema.is(PhaseId)

/** The run's id and the phase's own, of `<run>/<phase>`. */
const partsOf = (id: string): readonly [run: string, phase: string] => {
  const end = id.indexOf("/")
  return end < 0 ? [id, ""] : [id.slice(0, end), id.slice(end + 1)]
}

/** Why a scope's id is refused; undefined where it is good, or left out (what that means is the contract's to say). */
export const scopeFault = ({ type, id = null }: Given): string | undefined => {
  if (id === null) return undefined
  switch (type) {
    case "tenant":
      return undefined
    case "role":
      return isRole(id) ? undefined : "must be a role, of 50 characters at most"
    case "session":
    case "run":
      return isUuid(id) ? undefined : "must be a UUID"
    case "phase": {
      const [run, phase] = partsOf(id)
      return isUuid(run) && isPhaseId(phase) ? undefined : "must be a run's UUID, a slash and a phase's id"
    }
  }
}

/** The scope as events carry it: UUIDs in small letters. */
export const normalScope = ({ type, id = null }: Given): BudgetScope => {
  if (id === null || type === "tenant" || type === "role") return { type, id }
  if (type !== "phase") return { type, id: id.toLowerCase() }
  const [run, phase] = partsOf(id)
  return { type, id: `${run.toLowerCase()}/${phase}` }
}
