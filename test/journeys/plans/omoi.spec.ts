import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { RunView } from "@sluice/contracts/run/run.views"
import type { PhaseDocument } from "@sluice/contracts/workflow/workflow.document"
import { importOmoi } from "@sluice/workflow"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { journeyFolder, journeyStack } from "../../support/journey.stack.ts"
import { planInput, textIn } from "../../support/plan.input.ts"
import { planRunner } from "../../support/plan.runner.ts"
import { sluiceOn } from "../../support/plan.sluice.ts"

const folder = journeyFolder()
const journey = await journeyStack()
const sluice = sluiceOn(join(folder, "no-stack.json"))

const input = planInput("omoi/software_development.yaml")

/** The phase that the file speaks of and does not have, in the file's own shape. */
const DESIGN = `  - id: "PHASE_DESIGN"
    name: "Design"
    sequence_order: 2
    allowed_transitions: ["PHASE_IMPLEMENTATION", "PHASE_BLOCKED"]
    done_definitions: ["Interfaces described"]

`
const BEFORE = '  - id: "PHASE_IMPLEMENTATION"\n'
const mended = textIn(input).replace(BEFORE, `${DESIGN}${BEFORE}`)

describe(`the workflow of ${input.said}`, () => {
  it("is refused as it stands: a phase that it refers to is unknown, four cannot be reached", {
    timeout: 60_000
  }, async () => {
    const { code, out } = await sluice("workflow", "check", "--import", "omoi", input.path, "--json")
    expect(code).toBe(1)
    const { valid, errors } = JSON.parse(out) as {
      readonly valid: boolean
      readonly errors: ReadonlyArray<{ readonly pointer: string; readonly message: string; readonly line: number }>
    }
    expect(valid).toBe(false)
    expect(errors.filter(({ message }) => message.includes("PHASE_DESIGN"))).toMatchObject([
      { pointer: "/phases/0/allowed_transitions/0", line: lineOf('"PHASE_DESIGN"') }
    ])
    expect(errors.filter(({ message }) => /reach/.test(message)).map(({ line }) => line)).toEqual(
      ["IMPLEMENTATION", "TESTING", "DEPLOYMENT", "DONE"].map((name) => lineOf(`id: "PHASE_${name}"`))
    )
    expect(errors).toHaveLength(5)
    const { ask } = await journey.organisation().person("pam")
    const headers = { "content-type": "application/yaml" }
    const put = await ask("PUT", "/v1/workflows/Software%20Development", { raw: textIn(input), headers })
    expect(put.status).toBe(422)
  })

  it("with a design phase it is registered, and says what was not carried over", { timeout: 60_000 }, async () => {
    const file = join(folder, "mended.yaml")
    writeFileSync(file, mended)
    const { token } = await journey.organisation().person("pam")
    const at = ["--url", journey.api, "--token", token]
    const { code, out, err } = await sluice("workflow", "apply", "--import", "omoi", file, "--json", ...at)
    expect({ code, registered: JSON.parse(out) }).toMatchObject({ code: 0, registered: { version: 1, phases: 6 } })
    for (const left of ["has_result", "on_result_found", "board_columns", 'the overlay "blocked"'])
      expect(err).toContain(left)
  })

  it("runs through all its phases, and once back from testing to implementation", { timeout: 60_000 }, async () => {
    const { document } = Result.getOrThrow(importOmoi(mended))
    const phases = new Map(document.phases.map((phase) => [phase.id, phase]))
    const { person } = journey.organisation()
    const { register, start, does, isRefused, phases: phasesOf, brief } = planRunner((await person("pam")).ask)
    await register(document)
    let run: RunView = await start(document.name, "A component")
    const keys: Array<string> = []
    /** Adds a task per done definition, or for what is found wanting, and completes them; each is ticked by evidence. */
    const work = async (id: string, visit: number, wanted = phases.get(id)?.doneDefinitions ?? []) => {
      for (const [index, title] of wanted.entries()) {
        const key = `${id}-${visit}.${index + 1}`
        await does(run.id, "tasks", { key, title, phase: id })
        keys.push(key)
        await does(run.id, `tasks/${key}/complete`, { artifacts: [key] })
        const evidence = { type: "artifact", ref: key, title, attributes: { done: title } }
        run = await does(run.id, `phases/${id}/evidence`, evidence)
      }
      expect(run).toMatchObject({ status: "in_progress", currentPhase: id })
      expect(summaryOf(run, id)).toMatchObject({ status: "in_progress", visit, progress: { percent: 100 } })
    }
    const go = async (from: string, body: object = {}) => {
      run = await does(run.id, `phases/${from}/transition`, body)
    }

    await work("PHASE_REQUIREMENTS", 1)
    const { prompt, nextSteps } = phases.get("PHASE_REQUIREMENTS") as PhaseDocument
    expect(await brief(run.id, run.version)).toMatchObject({ prompt: prompt ?? null, nextSteps: nextSteps ?? [] })
    expect(await isRefused(run.id, "phases/PHASE_REQUIREMENTS/transition", { to: "PHASE_TESTING" })).toContain(
      "to PHASE_DESIGN, not to PHASE_TESTING"
    )
    await go("PHASE_REQUIREMENTS")
    await work("PHASE_DESIGN", 1)
    await go("PHASE_DESIGN")
    await work("PHASE_IMPLEMENTATION", 1)
    await go("PHASE_IMPLEMENTATION", { to: "PHASE_TESTING" })
    await work("PHASE_TESTING", 1)

    const reason = "The integration tests found a bug"
    await go("PHASE_TESTING", { to: "PHASE_IMPLEMENTATION", reason })
    expect(summaryOf(run, "PHASE_TESTING")).toMatchObject({ status: "not_started", visit: 2 })
    await work("PHASE_IMPLEMENTATION", 2, ["Mend the bug"])
    await go("PHASE_IMPLEMENTATION", { to: "PHASE_TESTING" })
    await work("PHASE_TESTING", 2, ["Test again"])
    run = await does(run.id, "phases/PHASE_DEPLOYMENT/block", { reason: "No window before Monday" })
    expect(run.status).toBe("blocked")
    expect(await isRefused(run.id, "phases/PHASE_TESTING/transition")).toContain("No window before Monday")
    await does(run.id, "phases/PHASE_DEPLOYMENT/unblock")
    await go("PHASE_TESTING")
    await work("PHASE_DEPLOYMENT", 1)
    await go("PHASE_DEPLOYMENT")

    expect(run).toMatchObject({
      status: "completed",
      progress: { done: keys.length, total: keys.length, percent: 100 }
    })
    expect(run.phases.map(({ id, visit, status }) => `${id} ${visit} ${status}`)).toEqual([
      "PHASE_REQUIREMENTS 1 completed",
      "PHASE_DESIGN 1 completed",
      "PHASE_IMPLEMENTATION 2 completed",
      "PHASE_TESTING 2 completed",
      "PHASE_DEPLOYMENT 1 completed",
      "PHASE_DONE 1 completed"
    ])
    const details = await phasesOf(run.id, run.version)
    const visited = details.flatMap(({ visits }) => visits)
    expect(visited.flatMap(({ tasks }) => tasks.map(({ key }) => key)).sort()).toEqual([...keys].sort())
    expect(visited.every(({ tasks }) => tasks.every(({ status }) => status === "completed"))).toBe(true)
    expect(visited.flatMap(({ evidence }) => evidence.map(({ ref }) => ref)).sort()).toEqual([...keys].sort())
    expect(details.find(({ phase }) => phase === "PHASE_IMPLEMENTATION")?.visits.map(({ visit }) => visit)).toEqual([
      1, 2
    ])
  })
})

/** Of the first line of the file with this text, from 1. */
const lineOf = (text: string): number =>
  textIn(input)
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1

const summaryOf = ({ phases }: RunView, id: string) => phases.find((phase) => phase.id === id)
