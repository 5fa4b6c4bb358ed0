import type { RunView } from "@sluice/contracts/run/run.views"
import { expect, it } from "vitest"
import { journeyStack } from "../../support/journey.stack.ts"
import { jsonFilesIn, type PlanInput, planInput, textIn } from "../../support/plan.input.ts"
import { planRunner } from "../../support/plan.runner.ts"
import { readSnapshots, type Snapshot } from "./snapshots.reader.ts"
import { stepsOf, workflowOf } from "./snapshots.replay.ts"
import { type Contradiction, contradictions, reportOf } from "./snapshots.report.ts"

const journey = await journeyStack()
const minute = 60_000

/** Replays the snapshots of a folder as commands: how the run stood after each, and what of each contradicts it. */
const replay = async (input: PlanInput) => {
  const { person } = journey.organisation()
  const { register, start, does, phases } = planRunner((await person("pam")).ask)
  const snapshots = readSnapshots(textIn(input, "index.txt"), jsonFilesIn(input))
  const { claims } = snapshots[0] as Snapshot
  const { name } = await register(workflowOf(claims))
  let run: RunView = await start(name, claims.title)
  const runs: Array<RunView> = []
  const found: Array<Contradiction> = []
  for (const { snapshot, commands } of stepsOf(snapshots)) {
    for (const { path, body } of commands) run = await does(run.id, path, body)
    runs.push(run)
    found.push(...contradictions(snapshot, { run, phases: await phases(run.id, run.version) }))
  }
  console.log(reportOf(`Where the hand-kept ${claims.title} contradicts the events (${input.said})`, found))
  return {
    last: run,
    found,
    totals: runs.map(({ progress: { done, total } }) => `${done} of ${total}`),
    fields: snapshots.map(({ file }) => [file, ...found.filter((one) => one.file === file).map(({ field }) => field)])
  }
}

const counted = (done: ReadonlyArray<number>, total: (index: number) => number): ReadonlyArray<string> =>
  done.map((count, index) => `${count} of ${total(index)}`)
const completed = { status: "completed", progress: { percent: 100 }, currentPhase: expect.any(String) }

const [total, done, percent] = ["progress.total_tasks", "progress.completed_tasks", "progress.percentage"]
const [pending, workstream, task] = ["pending_user_confirmation", "current_workstream", "current_task"]
const [checkpointA, checkpointB] = ["workstreams.A.checkpoint_complete", "workstreams.B.checkpoint_complete"]

const three = planInput("goose/phase-3-snapshots")
const expectedOfThree = three.isReal
  ? {
      totals: counted([0, 0, 0, 4, 5, 6, 7, 8, 13, 15, 20], (index) => (index === 0 ? 16 : 20)),
      fields: [
        ["01", total],
        ["02", total],
        ["03", total, "status", workstream],
        ["04", total, percent],
        ["05", total, percent],
        ["06", total, percent, workstream, task, checkpointA],
        ["07", total, percent],
        ["08", total, percent],
        ["09", total, percent],
        ["10", total, percent, workstream, task, checkpointB],
        ["11"]
      ]
    }
  : { totals: ["0 of 3", "2 of 4", "4 of 4"], fields: [["01", total], ["02", total, percent, task], ["03"]] }

it(`replays ${three.said}: added totals, completions, checkpoints; the newest snapshot alone is right`, {
  timeout: minute
}, async () => {
  const { last, totals, fields } = await replay(three)
  expect({ totals, fields }).toEqual(expectedOfThree)
  expect(last).toMatchObject({ ...completed, openCheckpoints: [] })
})

const four = planInput("goose/phase-4-snapshots")
const expectedOfFour = four.isReal
  ? {
      totals: counted([0, 3, 3, 3, 8, 8, 16], () => 16),
      fields: [
        ["01", total],
        ["02", total, percent, pending, task, checkpointA],
        ["03", total, percent, task, checkpointA],
        ["04", total, percent, "workstreams.B.status"],
        ["05", total, percent, task, checkpointB],
        ["06", total, percent, task, checkpointB],
        ["07", total, done]
      ]
    }
  : {
      totals: ["0 of 2", "1 of 2", "2 of 2"],
      fields: [
        ["01", total],
        ["02", total, pending, task, checkpointA],
        ["03", total, done]
      ]
    }

it(`replays ${four.said}: every snapshot is wrong, and 02 has a checkpoint complete before anybody was asked`, {
  timeout: minute
}, async () => {
  const { last, totals, fields, found } = await replay(four)
  expect({ totals, fields }).toEqual(expectedOfFour)
  expect(last).toMatchObject({ ...completed, openCheckpoints: [] })
  expect(found).toContainEqual({
    file: "02",
    field: checkpointA,
    claims: "true, and nobody was asked",
    events: "open: nobody has said proceed"
  })
})
