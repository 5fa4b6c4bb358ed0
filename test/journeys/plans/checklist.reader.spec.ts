import { exportYaml, readDocument } from "@sluice/workflow"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { planInput, textIn } from "../../support/plan.input.ts"
import { readChecklist, workflowOf } from "./checklist.reader.ts"

const input = planInput("goose/phase-4-checklist.md")
const expected = input.isReal
  ? {
      title: "Phase 4 Checklist — Storage/Metadata + Session Persistence",
      names: [
        "Postgres Schema Design ~2 days",
        "Session CRUD Operations ~2 days",
        "fetch_status Tool Completion ~1 day",
        "Idempotency Deduplication ~1 day",
        "Final Checkpoint ~15 min"
      ],
      tasks: ["A1 A2 A3", "B1 B2 B3 B4 B5", "C1 C2 C2b C3", "D1 D2 D3 D4", "E1 E2 E3 E4"],
      first: { key: "A1", title: "Database Schema Design", estimate: "~4h" },
      steps: 99,
      checkpoints: [6, 6, 6, 6, 0]
    }
  : {
      title: "Phase 9 Checklist — Own sample",
      names: ["Foundations ~2 days", "Final Checkpoint ~15 min"],
      tasks: ["A1 A2", "B1"],
      first: { key: "A1", title: "Dig", estimate: "~4h" },
      steps: 1,
      checkpoints: [2, 0]
    }

describe(`the plan read from ${input.said}`, () => {
  const { title, workstreams } = readChecklist(textIn(input))

  it("has its workstreams, tasks, estimates and steps, a checkpoint after each and a final one", () => {
    const tasks = workstreams.flatMap((one) => one.tasks)
    expect({
      title,
      names: workstreams.map(({ name, estimate }) => `${name} ${estimate}`),
      tasks: workstreams.map((one) => one.tasks.map(({ key }) => key).join(" ")),
      first: { key: tasks[0]?.key, title: tasks[0]?.title, estimate: tasks[0]?.estimate },
      steps: tasks.reduce((sum, { steps }) => sum + steps.length, 0),
      checkpoints: workstreams.map(({ checkpoint }) => checkpoint?.length)
    }).toEqual(expected)
  })

  it("is a workflow, and the same one after it was written down as YAML", () => {
    const document = workflowOf(readChecklist(textIn(input)))
    expect(document.phases.every(({ checkpoint }) => checkpoint === true)).toBe(true)
    expect(Result.getOrThrow(readDocument(exportYaml(document), "yaml"))).toEqual(document)
  })
})

it("takes what people write: stars, capital ticks, marks behind a name, prose between", () => {
  const { title, workstreams } = readChecklist(`
# Plan
## Workstream A: First thing ✅ COMPLETE
Some prose, and a heading of no interest.
* [X] A1) Begin (~1h) - DEFERRED
\t* [x] a **step**
* [ ] A1b. Go on
* [ ] **Checkpoint A**: done?
   - [ ] WAIT
- [ ] no task of ours
## Risks
- [ ] R1. Not a task
`)
  expect({ title, workstreams }).toEqual({
    title: "Plan",
    workstreams: [
      {
        id: "A",
        name: "First thing",
        estimate: undefined,
        tasks: [
          { key: "A1", title: "Begin", estimate: "~1h", steps: ["a step"] },
          { key: "A1b", title: "Go on", estimate: undefined, steps: [] }
        ],
        checkpoint: ["WAIT"]
      }
    ]
  })
})
