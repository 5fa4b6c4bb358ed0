import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { describe, expect, it } from "vitest"
import { journeyStack } from "../../support/journey.stack.ts"
import { planInput, textIn } from "../../support/plan.input.ts"
import { planRunner } from "../../support/plan.runner.ts"
import { inOnePhase, inPhases, readTickets } from "./tickets.reader.ts"

const journey = await journeyStack()

const input = planInput("omoi/tasks-dag.json")
const tickets = readTickets(textIn(input))
const layers = input.isReal
  ? [["TSK-001"], ["TSK-002", "TSK-003"], ["TSK-004"], ["TSK-005"], ["TSK-006", "TSK-007"]]
  : [["T-1"], ["T-2"], ["T-3", "T-4"]]

/** Runs the workflow: what can be started is started, all of it, and then completed; the layers in which it came. */
const layersOf = async (document: WorkflowDocument) => {
  const { person } = journey.organisation()
  const { register, start, does, isRefused, brief } = planRunner((await person("pam")).ask)
  await register(document)
  let run = await start(document.name, "Tickets")
  const found: Array<ReadonlyArray<string>> = []
  while (run.startable.length > 0) {
    const layer = run.startable
    found.push(layer)
    expect((await brief(run.id, run.version)).startable.map(({ key }) => key)).toEqual(layer)
    const seen = found.flat()
    for (const key of layer) run = await does(run.id, `tasks/${key}/start`)
    expect(run.startable).toEqual([])
    for (const { id } of tickets.tasks.filter((task) => !seen.includes(task.id)))
      expect(await isRefused(run.id, `tasks/${id}/start`)).toMatch(/depends on|needs its tasks to end/)
    for (const key of layer) run = await does(run.id, `tasks/${key}/complete`)
  }
  return { found, run }
}

describe(`the tickets of ${input.said}`, () => {
  it("in one phase: startable tasks come in layers", async () => {
    const { found, run } = await layersOf(inOnePhase(tickets))
    expect(found).toEqual(layers)
    expect(run).toMatchObject({ status: "completed", progress: { done: layers.flat().length, percent: 100 } })
  })

  it("in a phase per ticket: the same layers, and the second phase after the first", async () => {
    const { found, run } = await layersOf(inPhases(tickets))
    expect(found).toEqual(layers)
    expect(run.phases.map(({ id, status }) => [id, status])).toEqual(tickets.tickets.map(({ id }) => [id, "completed"]))
    expect(run.status).toBe("completed")
  })
})
