import { it } from "@effect/vitest"
import type { Requirement } from "@sluice/contracts/approval/approval.events"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { ANYBODY, assign, outstanding } from "./approval.matching.ts"

const ROLES = ["a", "b", "c", "d"] as const
const Role = Schema.Literals(ROLES)
const Entry = Schema.Struct({
  roles: Schema.Array(Schema.Literals([...ROLES, ...ROLES, ANYBODY])).check(
    Schema.isMinLength(1),
    Schema.isMaxLength(3)
  ),
  count: Schema.Literals([1, 2])
})
const input = {
  required: Schema.Array(Entry).check(Schema.isMinLength(1), Schema.isMaxLength(4)),
  people: Schema.Array(Schema.Array(Role).check(Schema.isMaxLength(3))).check(Schema.isMaxLength(5))
}
type People = ReadonlyArray<ReadonlyArray<string>>

const suits = (person: ReadonlyArray<string>, roles: ReadonlyArray<string>): boolean =>
  roles.includes(ANYBODY) || roles.some((role) => person.includes(role))

/** Tries everything: the first person fills nothing, or any place they fit; the rest does its best with what is left. */
const bruteForce = (required: ReadonlyArray<Requirement>, [person, ...rest]: People): number => {
  if (person === undefined) return 0
  const choices = required.flatMap((entry, index) => {
    if (entry.count === 0 || !suits(person, entry.roles)) return []
    const left = required.map((other, at) => (at === index ? { ...other, count: other.count - 1 } : other))
    return [1 + bruteForce(left, rest)]
  })
  return Math.max(bruteForce(required, rest), ...choices)
}

const places = (required: ReadonlyArray<Requirement>) => required.reduce((sum, { count }) => sum + count, 0)
const often = { arbitrary: { runs: 500 } }

describe("matching of approvers and places", () => {
  it.prop(
    "fills as many places as trying everything does",
    input,
    ({ required, people }) => {
      const filled = assign(required, people).flat().length
      expect(filled).toBe(bruteForce(required, people))
      const open = outstanding(required, people).reduce((sum, { count }) => sum + count, 0)
      expect(open).toBe(places(required) - filled)
    },
    often
  )

  it.prop(
    "gives nobody two places, no place to the unfit, and no entry too many",
    input,
    ({ required, people }) => {
      const filled = assign(required, people)
      const everybody = filled.flat()
      expect(new Set(everybody).size).toBe(everybody.length)
      filled.forEach((here, index) => {
        const entry = required[index] as Requirement
        expect(here.length).toBeLessThanOrEqual(entry.count)
        for (const person of here) expect(suits(person, entry.roles)).toBe(true)
      })
    },
    often
  )

  it.prop(
    "says a role is outstanding exactly when one more person with it would fill a place",
    input,
    ({ required, people }) => {
      const roles = new Set(outstanding(required, people).flatMap((entry) => entry.roles))
      const now = bruteForce(required, people)
      for (const role of ROLES)
        expect(bruteForce(required, [...people, [role]]) > now).toBe(roles.has(role) || roles.has(ANYBODY))
      expect(bruteForce(required, [...people, []]) > now).toBe(roles.has(ANYBODY))
    },
    often
  )
})
