import { approvalId, taskId } from "@sluice/contracts/run/run.ids"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import type { Page } from "../support/journey.person.ts"
import { at, begun, one, people, runsOf, tasksOf } from "../support/journey.runs.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const sql = postgres(journey.database.urlFor("sluice_api"), { max: 1 })
afterAll(() => sql.end())
const UNKNOWN = "0197f7a2-0000-7000-8000-000000000000"

describe("a session's task", () => {
  it("is named by its id, which follows from run and key", async () => {
    const { runs, id, pam, run } = await begun(journey, [{ id: "A", tasks: tasksOf("A", 1) }])
    const [task] = (await runs.phasesOf(id, at(run))).body.items[0]?.visits[0]?.tasks ?? []
    expect(task?.id).toBe(taskId(id, "A1"))
    const session = await pam.openSession({ role: "dev", taskId: task?.id })
    expect(session).toMatchObject({ status: 201, body: { taskId: task?.id } })
  })
})

describe("reading a run", () => {
  it("its context: what completed tasks of earlier phases left, in their order, without duplicates", async () => {
    const { runs, id } = await begun(
      journey,
      ["A", "B", "C"].map((phase) => ({ id: phase, tasks: tasksOf(phase, 2) }))
    )
    const completes = (key: string, output: object) => runs.does(id, `tasks/${key}/complete`, output)
    await completes("A2", { decisions: ["Use it"], risks: ["Slow"] })
    await completes("A1", { decisions: ["Use it", "Cache it"], notes: ["n"] })
    await completes("B1", { decisions: ["Cache it"], artifacts: ["b.md"] })
    await completes("B2", {})
    const run = await completes("C1", { decisions: ["Ship it"] })
    const context = async (phase?: string) => {
      const { body } = await runs.context(id, { ...at(run), ...(phase === undefined ? {} : { phase }) })
      return [body.phase, body.decisions, body.risks, body.notes, body.artifacts]
    }
    expect(await context("A")).toEqual(["A", [], [], [], []])
    expect(await context("B")).toEqual(["B", ["Use it", "Cache it"], ["Slow"], ["n"], []])
    expect(await context("C")).toEqual(["C", ["Use it", "Cache it"], ["Slow"], ["n"], ["b.md"]])
    expect((await context())[1]).toEqual(["Use it", "Cache it", "Ship it"])
    expect(problemOf(await runs.context(id, { phase: "Z" }))).toMatchObject({ status: 404, phase: "Z" })
    expect((await runs.context(id, { phase: "a b" })).status).toBe(400)
  })

  it("its brief: where it stands, what can start, what waits, the last ten entries, prompt and next steps", async () => {
    const { runs, id } = await begun(journey, [
      {
        id: "A",
        name: "Analysis",
        tasks: tasksOf("A", 2),
        prompt: "Ask why",
        nextSteps: ["Read", "Write"],
        checkpoint: one("lead")
      },
      { id: "B", tasks: tasksOf("B", 2) }
    ])
    const first = (await runs.brief(id, { minVersion: 1, wait: "10s" })).body
    expect(first).toMatchObject({
      phase: { id: "A" },
      prompt: "Ask why",
      nextSteps: ["Read", "Write"],
      startable: [{ key: "A1" }, { key: "A2" }],
      waiting: [],
      history: [{ type: "run.started", version: 1 }]
    })
    await runs.completes(id, "A1", "A2")
    const asked = await runs.does(id, "questions", { text: "Why?", task: "B1" })
    await runs.does(id, `questions/${asked.openQuestions[0]?.id}/answer`, { answer: "Because" })
    await runs.does(id, "blockers", { text: "No power", task: "B2" })
    const run = await runs.does(id, "decisions", { text: "Go on" })
    const { body, version } = await runs.brief(id, at(run))
    expect(version).toBe(run.version)
    expect(body.run).toEqual(run)
    expect(body.waiting).toMatchObject([{ phase: "A", for: "checkpoint", roles: ["lead"] }])
    expect(body.summary).toMatch(
      /The plan: blocked in Analysis, 2 of 4 tasks \(50 %\); blocked: No power; checkpoint A /
    )
    const { items } = (await runs.timeline(id)).body
    expect(items.length).toBe(run.version)
    expect(body.history).toEqual(items.slice(0, 10))
    expect(body.history).toHaveLength(10)
  })

  it("its timeline: pages that what happens meanwhile does not move", async () => {
    const { runs, id } = await begun(journey, [{ id: "A", tasks: tasksOf("A", 3) }])
    await runs.seen(id, (await runs.completes(id, "A1", "A2")).version)
    const all = (await runs.timeline(id)).body.items
    expect(all.map(({ version }) => version)).toEqual([6, 5, 4, 3, 2, 1])
    expect(all.at(-1)?.text).toBe('Run "The plan" of plan, version 1')
    const first = (await runs.timeline(id, { limit: 4 })).body
    await runs.seen(id, (await runs.does(id, "decisions", { text: "Meanwhile" })).version)
    const rest = (await runs.timeline(id, { limit: 4, cursor: first.nextCursor as string })).body
    expect([...first.items, ...rest.items]).toEqual(all)
    expect(rest.nextCursor).toBeNull()
    expect((await runs.timeline(id, { cursor: "x" })).status).toBe(400)
    expect((await runs.timeline(UNKNOWN)).status).toBe(404)
  })

  it("one's own write, by minVersion; what does not exist is not waited for", async () => {
    const { runs, id } = await begun(journey, [{ id: "A", tasks: tasksOf("A", 1) }])
    const done = await runs.does(id, "tasks/A1/start")
    expect((await runs.run(id, at(done))).body).toEqual(done)
    expect(problemOf(await runs.run(id, { minVersion: 99 }))).toMatchObject({ status: 503 })
    for (const read of [runs.run, runs.brief, runs.context, runs.phasesOf]) {
      expect((await read(UNKNOWN, { minVersion: 1, wait: "10s" })).status).toBe(404)
      expect((await read(id, { minVersion: 0 })).status).toBe(400)
      expect((await read(id, { x: 1 })).status).toBe(400)
    }
  })
})

describe("lists", () => {
  const three = async () => {
    const everybody = await people(journey)
    const { runs } = everybody
    const phases = [
      { id: "A", tasks: tasksOf("A", 1), signoff: one("reviewer") },
      { id: "B", tasks: tasksOf("B", 1), checkpoint: true as const }
    ]
    await runs.register("one", phases)
    await runs.register("other", phases)
    const ids: Array<string> = []
    for (const workflow of ["one", "other", "one"])
      ids.push((await runs.start({ workflow, title: `Of ${workflow}` })).body.id)
    const [first, second, third] = ids as [string, string, string]
    await runs.completes(first, "A1")
    const asked = await runs.does(first, "phases/A/signoff")
    await runs.does(second, "tasks/A1/start")
    const blocked = await runs.does(second, "phases/B/block", { reason: "No keys" })
    await runs.seen(first, asked.version)
    await runs.seen(second, blocked.version)
    await runs.seen(third, 1)
    return { ...everybody, first, second, third }
  }
  const allPages = async <Item>(
    list: (query: { limit: number; cursor?: string }) => Promise<{ body: Page<Item> }>,
    limit: number
  ) => {
    const items: Array<Item> = []
    let cursor: string | null | undefined
    while (cursor !== null) {
      const { body } = await list(cursor === undefined ? { limit } : { limit, cursor })
      items.push(...body.items)
      cursor = body.nextCursor
    }
    return items
  }

  it("of runs: newest first, by status and workflow, in pages", async () => {
    const { runs, first, second, third } = await three()
    const ids = async (query: object) => (await runs.list({ ...query })).body.items.map(({ id }) => id)
    expect(await ids({})).toEqual([third, second, first])
    expect(await ids({ workflow: "one" })).toEqual([third, first])
    expect(await ids({ status: "in_progress" })).toEqual([first])
    expect(await ids({ status: "blocked" })).toEqual([second])
    expect(await ids({ status: "not_started", workflow: "one" })).toEqual([third])
    expect((await allPages((query) => runs.list(query), 2)).map(({ id }) => id)).toEqual([third, second, first])
    expect((await runs.list({ status: "asleep" })).status).toBe(400)
    expect((await runs.list({ cursor: "x" })).status).toBe(400)
    expect((await runs.list({ limit: 201 })).status).toBe(400)
  })

  it("of phases across runs: what is in progress, ready for sign-off, blocked, and with whom", async () => {
    const { runs, first, second, third } = await three()
    const found = async (query: object) =>
      (await runs.phases({ ...query })).body.items.map(({ runId, phase }) => [runId, phase])
    const every = [third, second, first].flatMap((id) => ["A", "B"].map((phase) => [id, phase]))
    expect(await found({})).toEqual(every)
    expect(await found({ status: "ready_for_signoff" })).toEqual([[first, "A"]])
    expect(await found({ status: "in_progress" })).toEqual([[second, "A"]])
    expect(await found({ status: "blocked" })).toEqual([[second, "B"]])
    expect(await found({ status: "not_started", workflow: "one" })).toEqual([
      [third, "A"],
      [third, "B"],
      [first, "B"]
    ])
    expect(await found({ role: "reviewer" })).toEqual([[first, "A"]])
    expect(await found({ role: "lead" })).toEqual([])
    const paged = await allPages((query) => runs.phases(query), 1)
    expect(paged.map(({ runId, phase }) => [runId, phase])).toEqual(every)
    expect((await runs.phases({ status: "asleep" })).status).toBe(400)
    const cursor = (await runs.list({ limit: 1 })).body.nextCursor as string
    expect((await runs.phases({ cursor })).status).toBe(400)
  })

  it("of phases that wait for a role also show those that wait for anybody", async () => {
    const { runs, rita, first } = await three()
    await rita.decide(approvalId(first, "signoff", "A", 1, 1), { decision: "approve" })
    const { version } = await runs.completes(first, "B1")
    await runs.seen(first, version)
    for (const role of ["lead", "reviewer", "whoever"])
      expect((await runs.phases({ role })).body.items).toMatchObject([
        { runId: first, phase: "B", runStatus: "awaiting_confirmation" }
      ])
    const mine = (await rita.listApprovals({ awaiting: "me" })).body.items
    expect(mine.map(({ subject }) => subject)).toEqual([{ type: "checkpoint", id: `${first}/B/1` }])
  })

  it("show nothing of another tenant", async () => {
    const { first, pam } = await three()
    const stranger = await journey.organisation().person("pam")
    const runs = runsOf(stranger)
    for (const list of [runs.list, runs.phases]) expect((await list()).body).toEqual({ items: [], nextCursor: null })
    for (const read of [runs.run, runs.brief, runs.timeline, runs.context, runs.phasesOf])
      expect((await read(first)).status).toBe(404)
    expect(
      (await runs.list({ cursor: (await runsOf(pam).list({ limit: 1 })).body.nextCursor as string })).body.items
    ).toEqual([])
  })

  it("are kept apart by the database too: the API's role sees one tenant at a time, and none unasked", async () => {
    const { organisation } = await three()
    const tables = ["workflows", "definitions", "runs", "phases"]
    const seen = (tenant: string) =>
      sql.begin(async (transaction) => {
        await transaction`select set_config('sluice.tenant', ${tenant}, true)`
        return Promise.all(
          tables.map(async (table) => (await transaction.unsafe(`select distinct tenant from sluice.${table}`)).length)
        )
      })
    expect(await seen(organisation.tenant)).toEqual([1, 1, 1, 1])
    expect([await seen(journey.organisation().tenant), await seen("")]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0]
    ])
    for (const table of tables) {
      expect(await sql.unsafe(`select 1 from sluice.${table}`)).toEqual([])
      await expect(sql.unsafe(`delete from sluice.${table}`)).rejects.toThrow("permission denied")
    }
  })
})
