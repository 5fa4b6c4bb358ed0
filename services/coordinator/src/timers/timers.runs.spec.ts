import { randomUUID } from "node:crypto"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { approvalId, subjectId } from "@sluice/contracts/run/run.ids"
import { until } from "@sluice/projection/consumer.spec-support"
import { expect, it } from "vitest"
import { inSeconds, requested, timersStage } from "./timers.spec-support.ts"

const world = await timersStage()
world.consume()
const asking = { required: [{ roles: ["pm"], count: 1 }], expiresAfter: "PT1H", remindEvery: null, escalation: null }
const definition = {
  phases: [
    {
      id: "A",
      name: "A",
      description: null,
      transitions: [],
      terminal: true,
      doneDefinitions: [],
      expectedOutputs: [],
      gate: [],
      checkpoint: asking,
      signoff: null,
      prompt: null,
      nextSteps: [],
      tasks: []
    }
  ]
}
const started = (runId: string, deadline: string | null): { type: string; data: JsonObject } => ({
  type: "run.started",
  data: {
    runId,
    workflow: { name: "w", version: 1, digest: "d" },
    title: "t",
    deadline,
    definition: definition as unknown as JsonObject
  }
})

it("marks a run overdue when its deadline passes, once", async () => {
  const [late, done] = [randomUUID(), randomUUID()]
  for (const id of [late, done]) await world.append(`run-${id}`, 0, [started(id, inSeconds(1))])
  await world.append(`run-${done}`, 1, [{ type: "run.cancelled", data: { reason: null } }])
  await world.settled()
  expect(await world.timers(`run-${done}`)).toEqual([])
  expect(await world.timers(`run-${late}`)).toMatchObject([{ kind: "run-deadline" }])
  const running = world.start()
  await until(async () => (await world.types(`run-${late}`)).includes("run.overdue"))
  await world.settled()
  await running.stop()
  expect(await world.types(`run-${late}`)).toEqual(["run.started", "run.overdue"])
  expect(await world.timers()).toEqual([])
})

const checkpoint = async (approval: JsonObject) => {
  const run = randomUUID()
  const asked = approvalId(run, "checkpoint", "A", 1, 1)
  const visit = { phase: "A", visit: 1 }
  await world.append(`run-${run}`, 0, [
    started(run, null),
    { type: "run.phase-started", data: { ...visit, reason: null } },
    { type: "run.checkpoint-opened", data: { ...visit, approvalId: asked, attempt: 1 } }
  ])
  const subject = { type: "checkpoint", id: subjectId(run, "A", 1) }
  await world.append(`approval-${asked}`, 0, [requested({ subject, preventSelfReview: false, ...approval })])
  return { run: `run-${run}`, asked: `approval-${asked}` }
}

it("lets a checkpoint lapse for approval and run in one command: the run is paused", async () => {
  const { run, asked } = await checkpoint({ expiresAt: inSeconds(-1) })
  await world.settled()
  expect((await world.fire()).map(({ outcome }) => outcome)).toEqual(["fired"])
  expect(await world.types(asked)).toEqual(["approval.requested", "approval.expired"])
  const events = (await world.events(run)).slice(3)
  expect(events).toMatchObject([{ type: "run.checkpoint-refused", data: { why: "expired" } }, { type: "run.paused" }])
  const [, expired] = await world.events(asked)
  expect(new Set([expired, ...events].map((event) => event?.metadata.causationId)).size).toBe(1)
})

it("lets the run go on where escalation fills the last place", async () => {
  const { run, asked } = await checkpoint({
    required: [{ roles: ["finance"], count: 1 }],
    escalation: { after: "PT1M", roles: ["pm"] }
  })
  // Somebody who holds the role that escalation adds has approved before.
  await world.append(asked, 1, [
    { type: "approval.decision-recorded", data: { verdict: "approve", comment: null, contentHash: null } }
  ])
  await world.admin`update sluice.events set recorded_at = recorded_at - interval '1 minute' where stream_id = ${asked}`
  await world.settled()
  await world.pass("1 minute", asked)
  expect((await world.fire()).map(({ outcome }) => outcome)).toEqual(["fired"])
  expect((await world.types(asked)).slice(2)).toEqual(["approval.escalated", "approval.approved"])
  expect((await world.types(run)).slice(3)).toContain("run.checkpoint-confirmed")
  expect(await world.timers(asked)).toEqual([])
})
