import type { Requirement } from "@sluice/contracts/approval/approval.events"
import { SubjectType } from "@sluice/contracts/approval/approval.events"
import { Effect } from "effect"
import { CliError } from "effect/cli"

/** How approvals are written on a command line. */

const invalid = (option: string, value: string, expected: string) =>
  new CliError.InvalidValue({ option, value, expected, kind: "flag" })

/** `session:0197…`: a type and an id. */
export const subjectIn = (value: string) => {
  const [type, ...rest] = value.split(":")
  const known = SubjectType.literals.find((one) => one === type)
  const id = rest.join(":")
  return known === undefined || id === ""
    ? Effect.fail(invalid("subject", value, `a type (${SubjectType.literals.join(", ")}) and an id, like task:42`))
    : Effect.succeed({ type: known, id })
}

/** `finance`, or `manager,finance:2`: so many distinct people holding one of these roles. */
export const requirementIn = (value: string) => {
  const match = /^([^:]+?)(?::([1-9]\d{0,2}))?$/.exec(value)
  const roles = match?.[1]?.split(",").map((role) => role.trim()) ?? []
  return roles.length === 0 || roles.includes("")
    ? Effect.fail(invalid("require", value, "roles and a count, like finance or manager,finance:2"))
    : Effect.succeed({ roles, count: Number(match?.[2] ?? 1) } satisfies Requirement)
}
