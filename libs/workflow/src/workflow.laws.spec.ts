import { it } from "@effect/vitest"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import { jsonHash } from "@sluice/contracts/json/json.canonical"
import { minuteIso, somebody } from "@sluice/contracts/testing/testing.given-when-then"
import type { DefinitionEvent, WorkflowEvent } from "@sluice/contracts/workflow/workflow.events"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { definitionReadModel } from "./definition.read-model.ts"
import type { DefinitionState } from "./definition.state.ts"
import { definition } from "./definition.stream.ts"
import { register, versionOf } from "./workflow.decide.ts"
import { workflowReadModel } from "./workflow.read-model.ts"
import { phase, workflowOf } from "./workflow.spec-support.ts"
import type { WorkflowState } from "./workflow.state.ts"
import { workflow } from "./workflow.stream.ts"
import { view } from "./workflow.view.ts"

/** A story is which content is registered, one after the other; few contents, so that they often come again. */
const Story = Schema.Array(Schema.Literals([0, 1, 2, 3]))

const contentOf = (number: number) => {
  const tasks = Array.from({ length: number }, (_, index) => ({ key: `A${index}`, title: "T" }))
  const document = { ...workflowOf(phase("a", 1, { tasks }), phase("b", 2)), description: `content ${number}` }
  return { document, digest: jsonHash(document) }
}

const fact = <E extends WorkflowEvent | DefinitionEvent>(event: E, version: number): Fact<E> => ({
  ...event,
  version,
  recordedAt: minuteIso(version),
  actor: somebody
})

const tell = (story: ReadonlyArray<number>) => {
  let state: WorkflowState = workflow.initial
  const documents = new Map<string, DefinitionState>()
  const recorded: Array<Fact<WorkflowEvent>> = []
  for (const number of story) {
    const content = contentOf(number)
    const known = documents.get(content.digest) ?? definition.initial
    const happens = register(state, known, content)
    for (const event of happens.workflow) recorded.push(fact(event, recorded.length + 1))
    state = recorded.slice(state.status === "none" ? 0 : state.version).reduce(workflow.evolve, state)
    documents.set(
      content.digest,
      happens.definition.reduce((before: DefinitionState, event) => definition.evolve(before, fact(event, 1)), known)
    )
    expect(register(state, documents.get(content.digest) as DefinitionState, content)).toEqual({
      workflow: [],
      definition: []
    })
  }
  return { state, documents, recorded }
}

describe("laws of a workflow", () => {
  it.prop(
    "has a version for every content it ever had, in the order of their first appearance",
    { story: Story },
    ({ story }) => {
      const { state, documents, recorded } = tell(story)
      const contents = [...new Set(story)]
      expect(recorded.map(({ data }) => data.version)).toEqual(contents.map((_, index) => index + 1))
      expect(documents.size).toBe(contents.length)
      for (const [index, number] of contents.entries()) {
        const { digest, document } = contentOf(number)
        expect(versionOf(state, digest)).toMatchObject({ version: index + 1, digest, phases: 2, tasks: number })
        expect(documents.get(digest)).toMatchObject({ status: "recorded", digest, document })
      }
      if (state.status === "none") return
      expect(view("w", state)).toMatchObject({
        version: contents.length,
        digest: contentOf(contents.at(-1) as number).digest,
        description: `content ${contents.at(-1)}`,
        createdAt: minuteIso(1),
        updatedAt: minuteIso(contents.length)
      })
    }
  )

  it.prop("comes back from snapshots and rows as it went", { story: Story }, ({ story }) => {
    const { state, documents } = tell(story)
    expect(workflow.decode(JSON.parse(JSON.stringify(workflow.encode(state))))).toEqual(state)
    const row = workflowReadModel.toRow("w", state)
    expect(row === undefined ? workflow.initial : workflowReadModel.ofRow(row)).toEqual(state)
    for (const document of documents.values()) {
      const row = definitionReadModel.toRow("d", document)
      expect(row).toMatchObject({ version: 1, view: { createdAt: minuteIso(1) } })
      expect(row === undefined ? definition.initial : definitionReadModel.ofRow(row)).toEqual(document)
    }
  })
})
