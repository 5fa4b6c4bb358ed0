import { Result, Schema, SchemaIssue } from "effect"
import { describe, expect, it } from "vitest"
import { budgetInput } from "./budget.input.ts"
import { run } from "./budget.spec-support.ts"

const decode = Schema.decodeUnknownResult(budgetInput.create, { errors: "all", onExcessProperty: "error" })
const format = SchemaIssue.makeFormatterStandardSchemaV1()
const faults = (body: object): ReadonlyArray<string> => {
  const decoded = decode(body)
  return Result.isSuccess(decoded) ? [] : format(decoded.failure.issue).issues.map(({ path }) => (path ?? []).join("/"))
}
const scoped = (scope: object) => faults({ name: "n", limit: "1", scope })

describe("a scope", () => {
  it.each([
    { type: "tenant" },
    { type: "tenant", id: null },
    { type: "role", id: "project manager" },
    { type: "session", id: run },
    { type: "run", id: run.toUpperCase() },
    { type: "phase", id: `${run}/build` }
  ])("may be %j", (scope) => expect(scoped(scope)).toEqual([]))

  it.each([
    { type: "role", id: "x".repeat(51) },
    { type: "session", id: "7" },
    { type: "run", id: `${run}/build` },
    { type: "phase", id: run },
    { type: "phase", id: `${run}/` },
    { type: "phase", id: `${run}/a b` },
    { type: "phase", id: `${run}/build/1` },
    { type: "phase", id: "A/build" }
  ])("may not be %j", (scope) => expect(scoped(scope)).toEqual(["scope/id"]))

  it.each([{ type: "tenant", id: "acme" }, { type: "role" }, { type: "run", id: null }])(
    "has an id where there is something to name, and none otherwise: %j",
    (scope) => expect(scoped(scope)).toEqual(["scope"])
  )
})

describe("a body", () => {
  it("has every fault named at once", () =>
    expect(
      new Set(faults({ name: "", limit: "-1.5", scope: { type: "run", id: "x" }, period: "week", more: 1 }))
    ).toEqual(new Set(["name", "limit", "scope/id", "period", "more"])))

  it("needs a scope", () => expect(faults({ name: "n", limit: "1" })).toEqual(["scope"]))

  it("needs a limit above nothing", () => {
    for (const limit of ["0", "-1", "1.5", "", "01", 7])
      expect(faults({ name: "n", limit, scope: { type: "tenant" } })).toEqual(["limit"])
  })
})
