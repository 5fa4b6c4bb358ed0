import { describe, expect, it } from "vitest"
import { definitionOf } from "./workflow.definition.ts"
import { phase, workflowOf } from "./workflow.spec-support.ts"

describe("what a run goes by", () => {
  it("has the phases by order, with everything filled in", () => {
    const required = [{ roles: ["cto"], count: 1 }]
    const definition = definitionOf(
      workflowOf(
        phase("last", 9, { signoff: { required, escalation: { after: "P1D", roles: ["ceo"] } } }),
        phase("first", 1, { checkpoint: true, tasks: [{ key: "A1", title: "T" }] }),
        phase("middle", 5, { transitions: ["last", "first"], checkpoint: false })
      )
    )
    const plain = { doneDefinitions: [], gate: [], checkpoint: null, signoff: null, prompt: null, nextSteps: [] }
    const asked = { expiresAfter: null, remindEvery: null, escalation: null }
    expect(definition.phases).toEqual([
      {
        ...plain,
        id: "first",
        name: "first",
        transitions: ["middle"],
        terminal: false,
        checkpoint: { ...asked, required: [{ roles: ["*"], count: 1 }] },
        tasks: [{ key: "A1", title: "T", dependsOn: [], estimate: null }]
      },
      { ...plain, id: "middle", name: "middle", transitions: ["last", "first"], terminal: false, tasks: [] },
      {
        ...plain,
        id: "last",
        name: "last",
        transitions: [],
        terminal: true,
        signoff: { ...asked, required, escalation: { after: "P1D", roles: ["ceo"] } },
        tasks: []
      }
    ])
  })

  it("ends where it says so, also before the last phase", () =>
    expect(
      definitionOf(
        workflowOf(
          phase("a", 1, { transitions: ["c"] }),
          phase("b", 2, { terminal: true }),
          phase("c", 3, { transitions: ["b"] })
        )
      ).phases.map(({ terminal, transitions }) => [terminal, transitions])
    ).toEqual([
      [false, ["c"]],
      [true, []],
      [false, ["b"]]
    ]))
})
