import type { PhaseDocument } from "@sluice/contracts/workflow/workflow.document"
import { describe, expect, it } from "vitest"
import { checkReferences } from "./workflow.references.ts"
import { phase, workflowOf } from "./workflow.spec-support.ts"

const faults = (...phases: ReadonlyArray<PhaseDocument>): ReadonlyArray<string> =>
  checkReferences(workflowOf(...phases)).map(({ pointer, message }) => `${pointer} ${message}`)
const task = (key: string, ...dependsOn: ReadonlyArray<string>) => ({ key, title: key, dependsOn })

describe("phases", () => {
  it("follow one another by order unless they say otherwise, and the last one is the end", () => {
    expect(faults(phase("b", 2), phase("a", 1))).toEqual([])
    expect(faults(phase("a", 1), phase("b", 2, { transitions: [] }))).toEqual([])
    expect(
      faults(
        phase("a", 1, { transitions: ["c"] }),
        phase("b", 2, { terminal: true }),
        phase("c", 3, { transitions: ["b"] })
      )
    ).toEqual([])
    expect(faults(phase("a", -1), phase("b", 2, { transitions: ["a", "c"] }), phase("c", 30))).toEqual([])
  })

  it.each<[string, ReadonlyArray<PhaseDocument>, ReadonlyArray<string>]>([
    [
      "an unknown phase",
      [phase("a", 1, { transitions: ["x", "b"] }), phase("b", 2)],
      ["/phases/0/transitions/0 names the unknown phase x"]
    ],
    ["an id twice", [phase("a", 1), phase("a", 2)], ["/phases/1/id is the id of another phase too: a"]],
    ["an order twice", [phase("a", 1), phase("b", 1)], ["/phases/1/order is the order of a too: 1"]],
    [
      "a phase that nothing leads to",
      [phase("a", 1, { transitions: ["c"] }), phase("b", 2), phase("c", 3)],
      ["/phases/1 is b, which cannot be reached from the first phase, a"]
    ],
    ["no end", [phase("a", 1), phase("b", 2, { transitions: ["a"] })], ["/phases has no terminal phase"]],
    [
      "an end that leads on",
      [phase("a", 1, { terminal: true, transitions: ["b"] }), phase("b", 2)],
      ["/phases/0/transitions must be empty", "/phases/1 is b, which cannot be reached"]
    ],
    [
      "a dead end",
      [phase("a", 1, { transitions: ["b", "c"] }), phase("b", 2, { transitions: [] }), phase("c", 3)],
      ["/phases/1 is b, which leads nowhere"]
    ],
    [
      "a last phase that is no end",
      [phase("a", 1, { terminal: false })],
      ["/phases/0 is a, which leads nowhere", "/phases has no terminal phase"]
    ],
    [
      "a loop that one cannot leave",
      [
        phase("a", 1, { transitions: ["b", "d"] }),
        phase("b", 2, { transitions: ["c"] }),
        phase("c", 3, { transitions: ["b"] }),
        phase("d", 4)
      ],
      ["/phases/1 is b, which leads to no terminal phase", "/phases/2 is c, which leads to no terminal phase"]
    ]
  ])("are refused for %s", (_, phases, expected) => {
    const found = faults(...phases)
    expect(found).toHaveLength(expected.length)
    for (const [index, fault] of expected.entries()) expect(found[index]).toContain(fault)
  })
})

describe("tasks", () => {
  it("may depend on tasks of their own phase and of earlier ones", () =>
    expect(
      faults(phase("b", 2, { tasks: [task("B1", "A1", "B2"), task("B2")] }), phase("a", 1, { tasks: [task("A1")] }))
    ).toEqual([]))

  it.each<[string, ReadonlyArray<PhaseDocument>, ReadonlyArray<string>]>([
    [
      "a key twice",
      [phase("a", 1, { tasks: [task("A1")] }), phase("b", 2, { tasks: [task("A1")] })],
      ["/phases/1/tasks/0/key is the key of another task too: A1 of phase a"]
    ],
    [
      "an unknown task",
      [phase("a", 1, { tasks: [task("A1", "X")] })],
      ["/phases/0/tasks/0/dependsOn/0 names the unknown task X"]
    ],
    [
      "a task of a later phase",
      [phase("a", 1, { tasks: [task("A1", "B1")] }), phase("b", 2, { tasks: [task("B1")] })],
      ["/phases/0/tasks/0/dependsOn/0 names B1 of the later phase b, so the task could never start"]
    ],
    [
      "itself",
      [phase("a", 1, { tasks: [task("A1", "A1")] })],
      ["/phases/0/tasks/0/dependsOn is part of a cycle: A1 → A1"]
    ],
    [
      "a cycle",
      [phase("a", 1, { tasks: [task("A0"), task("A1", "A0", "A3"), task("A2", "A1"), task("A3", "A2")] })],
      ["/phases/0/tasks/1/dependsOn is part of a cycle: A1 → A3 → A2 → A1"]
    ],
    [
      "two cycles",
      [phase("a", 1, { tasks: [task("A1", "A2"), task("A2", "A1"), task("A3", "A4"), task("A4", "A3")] })],
      ["A1 → A2 → A1", "A3 → A4 → A3"]
    ]
  ])("are refused for %s", (_, phases, expected) => {
    const found = faults(...phases)
    expect(found).toHaveLength(expected.length)
    for (const [index, fault] of expected.entries()) expect(found[index]).toContain(fault)
  })

  it("may be a chain of thousands, and a cycle of thousands is told in short", () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      task(`T${index}`, ...(index === 0 ? [] : [`T${index - 1}`]))
    )
    expect(faults(phase("a", 1, { tasks: chain }))).toEqual([])
    const [cycle, ...more] = faults(phase("a", 1, { tasks: [task("T0", "T19999"), ...chain.slice(1)] }))
    expect(more).toEqual([])
    expect(cycle).toMatch(/^\/phases\/0\/tasks\/0\/dependsOn is part of a cycle: T0 → T19999 → .* → 19982 more → T0$/)
  })
})
