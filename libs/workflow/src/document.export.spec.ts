import { it } from "@effect/vitest"
import { jsonHash } from "@sluice/contracts/json/json.canonical"
import { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { exportYaml } from "./document.export.ts"
import { unstorable } from "./document.faults.ts"
import { readYaml } from "./document.yaml.ts"
import { phase, workflowOf } from "./workflow.spec-support.ts"

/** The document itself, whether or not its references are good: those of a generated one hardly ever are. */
const read = (text: string): unknown => {
  const { value, faults } = readYaml(text)
  expect(faults).toEqual([])
  return Result.getOrThrow(Schema.decodeUnknownResult(WorkflowDocument, { onExcessProperty: "error" })(value))
}

describe("a document exported", () => {
  it.prop(
    "reads as an equal document, whatever it says",
    [WorkflowDocument],
    ([generated]) => {
      if (unstorable(generated).length > 0) return
      const document = JSON.parse(JSON.stringify(generated)) as WorkflowDocument
      const again = read(exportYaml(document))
      expect(again).toEqual(document)
      expect(jsonHash(again as never)).toBe(jsonHash(document as never))
    },
    { arbitrary: { runs: 500 } }
  )

  it.each([
    "",
    " ",
    "\n",
    "\n\n  indented\n\n",
    "ends without a newline\nindeed",
    "ends with two\n\n",
    "  begins with space\nnext",
    "\tbegins with a tab\n",
    "trailing space \nnext\n",
    "with\r\ncarriage returns\r",
    "a # no comment: [x], {y} & *z !t |\n---\n...\n%x",
    "---\na\n",
    "yes",
    "null",
    "~",
    "1.0",
    "0x10",
    ".inf",
    "=",
    "<<",
    "- a",
    "? a",
    "'single' \"double\" \\ backslash\n",
    "\u0001\u007f\u0085\u2028\u2029\ufeff\n",
    "🐎 žluťoučký\nkůň\n",
    "x".repeat(4000),
    `${"long ".repeat(100)}\n${"line ".repeat(100)}`
  ])("gives back the text %j", (text) => {
    const document = workflowOf(phase("a", 1, { prompt: text, description: text, nextSteps: [`.${text}`] }))
    expect(read(exportYaml(document))).toEqual(document)
  })

  it("has nothing in it that nobody sees", () => {
    const unseen = "\u0001\t\u007f\u0085\u00a0\u200b\u202e\u2028\ufeff"
    const document = workflowOf(phase("a", 1, { name: unseen, prompt: `a\n${unseen}\n` }))
    expect(exportYaml(document)).toMatch(/^[\n\x20-\x7e]*$/)
    expect(read(exportYaml(document))).toEqual(document)
  })

  it("reads well: members in the order of the schema, several lines as a block", () =>
    expect(
      exportYaml({
        phases: [{ order: 1, prompt: "First.\nThen: go.\n", name: "Only", id: "only", checkpoint: true }],
        name: "Short"
      })
    ).toBe(`name: Short
phases:
  - id: only
    name: Only
    order: 1
    checkpoint: true
    prompt: |
      First.
      Then: go.
`))
})
