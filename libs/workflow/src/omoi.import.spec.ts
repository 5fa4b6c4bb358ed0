import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { exportYaml } from "./document.export.ts"
import { readDocument } from "./document.read.ts"
import { importOmoi } from "./omoi.import.ts"
import { definitionOf } from "./workflow.definition.ts"
import { faultsOf } from "./workflow.spec-support.ts"

/** The real file of another project, where it is; `SLUICE_INPUT` names the folder. */
const shared = join(
  process.env.SLUICE_INPUT || join(import.meta.dirname, "../../../../shared/input"),
  "omoi/software_development.yaml"
)
const isReal = existsSync(shared)

const sample = `name: "Software Development"
has_result: true
result_criteria: "All deployed"
on_result_found: "stop_all"
phases:
  - id: "PHASE_REQUIREMENTS"
    name: "Requirements Analysis"
    sequence_order: 1
    allowed_transitions:
      - "PHASE_DESIGN"
      - "PHASE_BLOCKED"
  - id: "PHASE_IMPLEMENTATION"
    name: "Implementation"
    sequence_order: 3
    allowed_transitions: ["PHASE_TESTING", "PHASE_REQUIREMENTS", "PHASE_BLOCKED"]
    expected_outputs:
      - { type: "test", pattern: "tests/test_*.py", required: true, validation_rule: "min_passing: 3" }
    phase_prompt: |
      YOU ARE A SOFTWARE ENGINEER
  - id: "PHASE_TESTING"
    name: "Testing"
    sequence_order: 4
    allowed_transitions: ["PHASE_DEPLOYMENT", "PHASE_IMPLEMENTATION", "PHASE_BLOCKED"]
  - id: "PHASE_DEPLOYMENT"
    name: "Deployment"
    sequence_order: 5
    allowed_transitions: ["PHASE_DONE", "PHASE_BLOCKED"]
  - id: "PHASE_DONE"
    name: "Done"
    sequence_order: 6
    allowed_transitions: []
    is_terminal: true
    phase_prompt: "Component successfully completed."
  - id: "PHASE_BLOCKED"
    name: "Blocked"
    sequence_order: 7
    allowed_transitions: ["PHASE_REQUIREMENTS"]
    is_terminal: true
board_columns: []
`
const text = isReal ? readFileSync(shared, "utf8") : sample
const lineOf = (part: string): number => text.slice(0, text.indexOf(part)).split("\n").length
const DESIGN = `  - id: "PHASE_DESIGN"
    name: "Design"
    sequence_order: 2
    allowed_transitions: ["PHASE_IMPLEMENTATION"]
`
const mended = text.replace(/(?= {2}- id: "PHASE_IMPLEMENTATION")/, DESIGN)

describe(isReal ? "the workflow of another project" : `a workflow of our own, as ${shared} is not there`, () => {
  it("is refused as it stands, at its own lines: a phase is missing, and four cannot be reached", () => {
    const unreachable = (index: number, id: string) =>
      `${lineOf(`- id: "${id}"`)}:5 /phases/${index} is ${id}, which cannot be reached from the first phase, PHASE_REQUIREMENTS`
    expect(faultsOf(importOmoi(text))).toEqual([
      `${lineOf('- "PHASE_DESIGN"')}:9 /phases/0/allowed_transitions/0 names the unknown phase PHASE_DESIGN`,
      unreachable(1, "PHASE_IMPLEMENTATION"),
      unreachable(2, "PHASE_TESTING"),
      unreachable(3, "PHASE_DEPLOYMENT"),
      unreachable(4, "PHASE_DONE")
    ])
  })

  it("is taken with the missing phase, says what is not carried, and comes back from its export", () => {
    const { document, notCarried, overlays } = Result.getOrThrow(importOmoi(mended))
    expect(notCarried).toEqual(["has_result", "on_result_found", "board_columns"])
    expect(overlays).toEqual(["PHASE_BLOCKED"])
    expect(definitionOf(document).phases.map(({ id, transitions, terminal }) => [id, transitions, terminal])).toEqual([
      ["PHASE_REQUIREMENTS", ["PHASE_DESIGN"], false],
      ["PHASE_DESIGN", ["PHASE_IMPLEMENTATION"], false],
      ["PHASE_IMPLEMENTATION", ["PHASE_TESTING", "PHASE_REQUIREMENTS"], false],
      ["PHASE_TESTING", ["PHASE_DEPLOYMENT", "PHASE_IMPLEMENTATION"], false],
      ["PHASE_DEPLOYMENT", ["PHASE_DONE"], false],
      ["PHASE_DONE", [], true]
    ])
    const implementation = document.phases.find(({ id }) => id === "PHASE_IMPLEMENTATION")
    expect(implementation?.expectedOutputs?.at(-1)).toEqual({
      type: "test",
      pattern: "tests/test_*.py",
      required: true,
      validation: "min_passing: 3"
    })
    expect(implementation?.prompt).toMatch(/^YOU ARE A SOFTWARE ENGINEER/)
    expect(Result.getOrThrow(readDocument(exportYaml(document), "yaml"))).toEqual(document)
  })
})

describe("importing", () => {
  const phase = (rest: string) =>
    `name: w\nphases:\n  - { id: a, name: A, sequence_order: 1 }\n  - { id: b, name: B, ${rest} }\n`

  it.each<[string, string, string]>([
    ["a field of the wrong shape", phase("sequence_order: x"), "4:23 /phases/1/sequence_order "],
    ["an order twice", phase("sequence_order: 1"), "4:23 /phases/1/sequence_order is the order of a too: 1"],
    [
      "an unknown phase behind an overlay",
      `${phase("sequence_order: 2, allowed_transitions: [blocked, x]")}  - { id: blocked, name: B, sequence_order: 3 }\n`,
      "4:73 /phases/1/allowed_transitions/1 names the unknown phase x"
    ],
    ["bad YAML", "name: [", "1:8 "]
  ])("refuses %s at its place in the file", (_, text, fault) =>
    expect(
      faultsOf(importOmoi(text)).some((one) => one.startsWith(fault)),
      faultsOf(importOmoi(text)).join()
    ).toBe(true)
  )

  it("names fields of phases that nothing stands for once", () =>
    expect(
      Result.getOrThrow(importOmoi(phase("sequence_order: 2, color: red").replace("1 }", "1, color: blue }")))
        .notCarried
    ).toEqual(["phases/color"]))
})
