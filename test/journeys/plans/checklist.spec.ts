import { join } from "node:path"
import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import type { RunView } from "@sluice/contracts/run/run.views"
import { type Stack, startStack } from "@sluice/ops/dev/stack"
import type { ServiceName } from "@sluice/ops/dev/stack.services"
import { expect, it, onTestFinished } from "vitest"
import type { Ask } from "../../support/journey.caller.ts"
import type { Page } from "../../support/journey.person.ts"
import { journeyFolder, organisationOf } from "../../support/journey.stack.ts"
import { planInput, textIn } from "../../support/plan.input.ts"
import { planRunner } from "../../support/plan.runner.ts"
import { sluiceOn } from "../../support/plan.sluice.ts"
import { type ChecklistTask, readChecklist, type Workstream, workflowOf } from "./checklist.reader.ts"

const dataDir = journeyFolder()
const stateFile = join(dataDir, "stack.json")
const sluice = sluiceOn(stateFile)

/** Database, broker and every service; what dies unasked fails the test. */
const running = async (port?: number): Promise<Stack> => {
  const deaths: Array<string> = []
  const log = (line: string): void => {
    if (line.includes("without being asked")) deaths.push(line)
  }
  const stack = await startStack({ dataDir, stateFile, port, log })
  onTestFinished(async () => {
    await stack.stop()
    expect(deaths).toEqual([])
  })
  return stack
}

/** SIGKILL to all of these at once; then they are started again. */
const kill = async ({ services }: Stack, ...names: ReadonlyArray<ServiceName>): Promise<void> => {
  const hit = names.map((name) => services.get(name) as NonNullable<ReturnType<typeof services.get>>)
  await Promise.all(hit.map((service) => service.kill()))
  await Promise.all(hit.map((service) => service.start()))
}

/** The checkpoints that wait for somebody, as the list of approvals says. */
const undecided = async (ask: Ask): Promise<ReadonlyArray<string>> => {
  const { body } = await ask<Page<ApprovalView>>("GET", "/v1/approvals", { query: { status: "pending" } })
  return body.items.map(({ id }) => id)
}

/** Every question about a run and about what lies across runs, with what was answered, byte by byte. */
const answersOn = async (ask: Ask, { id, version, openCheckpoints }: RunView) => {
  await expect.poll(() => undecided(ask), { timeout: 20_000 }).toEqual(openCheckpoints.map((one) => one.approvalId))
  const upToDate = { minVersion: version, wait: "10s" }
  const questions: ReadonlyArray<readonly [string, Readonly<Record<string, string | number>>?]> = [
    [`/v1/runs/${id}`, upToDate],
    [`/v1/runs/${id}/brief`, upToDate],
    [`/v1/runs/${id}/phases`, upToDate],
    [`/v1/runs/${id}/context`, upToDate],
    [`/v1/runs/${id}/context`, { ...upToDate, phase: "B" }],
    [`/v1/runs/${id}/timeline`, { limit: 200 }],
    ["/v1/runs"],
    ["/v1/phases"],
    ["/v1/phases", { status: "in_progress" }],
    ["/v1/approvals", { subjectType: "checkpoint" }],
    ["/v1/workflows"],
    ["/v1/audit", { limit: 200 }]
  ]
  const answers: Record<string, object> = {}
  for (const [path, query = {}] of questions) {
    const { status, text, headers } = await ask("GET", path, { query })
    expect([path, status]).toEqual([path, 200])
    answers[`${path} ${JSON.stringify(query)}`] = { text, etag: headers.get("etag") }
  }
  return answers
}

const input = planInput("goose/phase-4-checklist.md")

it(`runs ${input.said} to its end, through kills and a restart of everything; rebuilt, every answer is the same`, {
  timeout: 300_000
}, async () => {
  const plan = readChecklist(textIn(input))
  const document = workflowOf(plan)
  const tasks = plan.workstreams.flatMap((one) => one.tasks)
  let stack = await running()
  const port = Number(new URL(stack.api as string).port)
  const { ask } = await organisationOf(stack).person("pam")
  const { register, start, does, isRefused, brief, context } = planRunner(ask)
  await register(document)
  let run = await start(document.name, plan.title)
  expect(run).toMatchObject({ status: "not_started", progress: { done: 0, total: tasks.length, percent: 0 } })

  const complete = async ({ key, steps }: ChecklistTask) => {
    await does(run.id, `tasks/${key}/start`)
    run = await does(run.id, `tasks/${key}/complete`, { notes: steps })
  }
  /** Completes a workstream's tasks: its checkpoint is open then, and what comes later has to wait. */
  const work = async ({ id, tasks: own }: Workstream, next: Workstream | undefined) => {
    const before = run.progress.done
    for (const task of own) await complete(task)
    expect(run).toMatchObject({
      status: "awaiting_confirmation",
      currentPhase: id,
      progress: { done: before + own.length, total: tasks.length },
      openCheckpoints: [{ phase: id }],
      startable: []
    })
    for (const { key } of next?.tasks ?? [])
      expect(await isRefused(run.id, `tasks/${key}/start`)).toContain(`Checkpoint ${id}`)
  }
  const proceed = async (id: string, next: Workstream | undefined) => {
    run = await does(run.id, `checkpoints/${id}`, { verb: "proceed" })
    expect(run.startable).toEqual(next?.tasks.map(({ key }) => key) ?? [])
  }
  /** What happens beside the work on a workstream, and then while its checkpoint is open; by the workstream's place. */
  const besides: ReadonlyArray<() => Promise<void>> = [
    () => kill(stack, "outbox-relay", "projector", "coordinator", "notification", "billing")
  ]
  const meanwhile: ReadonlyArray<() => Promise<void>> = [
    () => kill(stack, "api"),
    async () => {
      const before = await answersOn(ask, run)
      await kill(stack, "api", "outbox-relay", "projector", "coordinator", "notification", "billing")
      expect(await answersOn(ask, run)).toEqual(before)
      await stack.stop()
      stack = await running(port)
      expect(await answersOn(ask, run)).toEqual(before)
    }
  ]
  for (const [index, workstream] of plan.workstreams.entries()) {
    const next = plan.workstreams[index + 1]
    await Promise.all([work(workstream, next), besides[index]?.()])
    await meanwhile[index]?.()
    await proceed(workstream.id, next)
  }

  expect(run).toMatchObject({
    status: "completed",
    progress: { done: tasks.length, percent: 100 },
    openCheckpoints: []
  })
  const commands = ["start", "complete", "fail", "defer", "move", "reopen"].map(
    (verb) => `tasks/${tasks[0]?.key}/${verb}`
  )
  for (const command of [...commands, ...tasks.map(({ key }) => `tasks/${key}/complete`)])
    expect(await isRefused(run.id, command)).toContain("The run has ended")
  expect((await brief(run.id, run.version)).run).toEqual(run)
  const stepsOf = (own: ReadonlyArray<ChecklistTask>) => [...new Set(own.flatMap(({ steps }) => steps))]
  expect((await context(run.id, run.version)).notes).toEqual(stepsOf(tasks))
  expect((await context(run.id, run.version, "B")).notes).toEqual(stepsOf(plan.workstreams[0]?.tasks ?? []))

  const before = await answersOn(ask, run)
  const rebuilt = await sluice("rebuild", "all", "--check", "--json")
  expect(rebuilt).toMatchObject({ code: 0 })
  const reports = JSON.parse(rebuilt.out) as ReadonlyArray<{ name: string; rows: number; differing: number }>
  expect(reports.filter(({ differing }) => differing > 0)).toEqual([])
  expect(reports.find(({ name }) => name === "runs")?.rows).toBe(1 + plan.workstreams.length)
  expect(await answersOn(ask, run)).toEqual(before)
  expect(await sluice("verify", "--json")).toMatchObject({ code: 0, out: expect.stringContaining('"ok":true') })
})
