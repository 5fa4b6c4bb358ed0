import type { GateRequirement } from "@sluice/contracts/workflow/workflow.document"
import { describe, expect, it } from "vitest"
import { recordEvidence } from "./run.decide.phases.ts"
import { deferTask, failTask, moveTask } from "./run.decide.tasks.ts"
import { validate } from "./run.gate.ts"
import { at, completes, type Deed, phase, running, starts } from "./run.spec-support.ts"

let refs = 0
const shown = (
  attributes: Record<string, string | number | boolean | Array<string>>,
  kind: string | null = null,
  ref?: string
) => {
  refs += 1
  return at(recordEvidence, "A", { type: "doc", ref: ref ?? `doc/${refs}`, title: "Doc", kind, attributes })
}
const gate = (requirements: ReadonlyArray<GateRequirement>, ...deeds: ReadonlyArray<Deed>) => {
  const doneDefinitions = ["Tests are green", "Docs are written"]
  const told = running(phase("A", { tasks: ["A1", "A2"], gate: requirements, doneDefinitions }), phase("B")).did(
    ...deeds
  )
  return validate(told.phase("A"), told.visit("A"))
}
const blocked = (...missing: ReadonlyArray<string>) => ({ result: "blocked", missing })
const ready = { result: "ready", missing: [] }

describe("a gate", () => {
  it("that is none passes", () => expect(gate([])).toEqual({ result: "not_configured", missing: [] }))

  it("missing evidence wins over tasks that wait, and both are named", () =>
    expect(gate([{ type: "tasks-complete" }, { type: "flag", name: "green" }], ...completes("A1"))).toEqual(
      blocked("flag green", "task A2")
    ))
})

describe("tasks-complete", () => {
  const tasks: ReadonlyArray<GateRequirement> = [{ type: "tasks-complete" }]
  it("waits for every task", () =>
    expect(gate(tasks, starts("A1"), at(failTask, "A1", {}))).toEqual({
      result: "waiting_tasks",
      missing: ["task A1", "task A2"]
    }))
  it("takes deferred and moved ones as ended", () =>
    expect(gate(tasks, at(deferTask, "A1", {}), at(moveTask, "A2", {}))).toEqual(ready))
  it("takes no tasks at all as complete", () => {
    const told = running(phase("A", { gate: tasks }), phase("B"))
    expect(validate(told.phase("A"), told.visit("A"))).toEqual(ready)
  })
})

describe("artifact", () => {
  const artifact: ReadonlyArray<GateRequirement> = [
    { type: "artifact", kind: "design", sections: ["Scope", "Risks"], minLength: 100 }
  ]
  const whole = { sections: ["Risks", "Scope", "More"], length: 100 }
  it("needs evidence of its kind", () => {
    expect(gate(artifact)).toEqual(blocked("artifact design"))
    expect(gate(artifact, shown(whole, "plan"), shown(whole))).toEqual(blocked("artifact design"))
    expect(gate(artifact, shown(whole, "design"))).toEqual(ready)
  })
  it("names the sections and the length that it lacks", () =>
    expect(gate(artifact, shown({ sections: ["Scope"], length: 99 }, "design"))).toEqual(
      blocked("section Risks of artifact design", "length 100 of artifact design")
    ))
  it.each([[{}], [{ sections: "Scope", length: "100" }], [{ sections: [], length: false }]])(
    "takes attributes of other types as missing: %j",
    (attributes) => expect(gate(artifact, shown(attributes, "design")).missing).toHaveLength(3)
  )
  it("wants all of it in one piece, and names what the best one lacks", () => {
    const parts = [shown({ sections: ["Scope", "Risks"], length: 5 }, "design"), shown({ length: 500 }, "design")]
    expect(gate(artifact, ...parts)).toEqual(blocked("length 100 of artifact design"))
    expect(gate(artifact, ...parts, shown(whole, "design"))).toEqual(ready)
  })
  it("of a kind alone asks for no more", () =>
    expect(gate([{ type: "artifact", kind: "design" }], shown({}, "design"))).toEqual(ready))
})

describe("metric and flag", () => {
  const metric: ReadonlyArray<GateRequirement> = [{ type: "metric", name: "coverage", min: 80 }]
  const flag: ReadonlyArray<GateRequirement> = [{ type: "flag", name: "green" }]
  it("the newest evidence with the attribute decides", () => {
    expect(gate(metric)).toEqual(blocked("metric coverage of at least 80"))
    expect(gate(metric, shown({ coverage: 80 }))).toEqual(ready)
    expect(gate(metric, shown({ coverage: 90 }), shown({ coverage: 79.9 }))).toEqual(
      blocked("metric coverage of at least 80 (is 79.9)")
    )
    expect(gate(metric, shown({ coverage: 90 }), shown({ other: 1 }))).toEqual(ready)
    expect(gate(metric, shown({ coverage: "90" })).result).toBe("blocked")
    expect(gate(flag, shown({ green: true }))).toEqual(ready)
    expect(gate(flag, shown({ green: true }), shown({ green: false }))).toEqual(blocked("flag green"))
    expect(gate(flag, shown({ green: "true" }))).toEqual(blocked("flag green"))
  })
  it("evidence that is updated counts as new", () =>
    expect(
      gate(flag, shown({ green: false }, null, "ci"), shown({ green: true }), shown({ green: false, x: 1 }, null, "ci"))
    ).toEqual(blocked("flag green")))
  it("is not taken in by the names that objects have of themselves", () =>
    expect(gate([{ type: "metric", name: "constructor", min: 0 }], shown({})).result).toBe("blocked"))
})

describe("done-definitions", () => {
  const done: ReadonlyArray<GateRequirement> = [{ type: "done-definitions" }]
  it("every one has to be ticked, in its own words", () => {
    expect(gate(done)).toEqual(blocked("done: Tests are green", "done: Docs are written"))
    expect(gate(done, shown({ done: "Tests are green" }), shown({ done: "docs are written" }))).toEqual(
      blocked("done: Docs are written")
    )
    expect(gate(done, shown({ done: "Docs are written" }), shown({ done: "Tests are green" }))).toEqual(ready)
  })
})
