import { randomUUID } from "node:crypto"
import type { AuditEntry } from "@sluice/contracts/audit/audit.views"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import type { PhaseView, RunView } from "@sluice/contracts/run/run.views"
import { expect, it } from "vitest"
import { newApproval, projectorStage, requested } from "../projector.spec-support.ts"
import { projector } from "../registry.ts"
import { asked, blocked, checkpointOpened, entered, newRun, skipped, started, task } from "./runs.spec-support.ts"

const world = await projectorStage()
world.start(projector)

const phaseRows = (run: string) =>
  world.admin<{ key: string; view: PhaseView; writer: string }[]>`
    select key, view, xmin::text as writer from sluice.phases where id = ${run} order by place`
const writers = async (run: string) =>
  Object.fromEntries((await phaseRows(run)).map(({ key, writer }) => [key, writer]))
const changed = (before: Record<string, string>, after: Record<string, string>) =>
  Object.keys(after).filter((key) => before[key] !== after[key])

it("shows a run and its phases as the fold of its events, at every step and after any replay", async () => {
  const { id, stream } = newRun()
  const story = [
    started(id, { phases: ["A", "B", "C"] }),
    entered("A"),
    task(id, "started", "A", "A1"),
    task(id, "completed", "A", "A1"),
    task(id, "started", "A", "A2"),
    task(id, "completed", "A", "A2"),
    checkpointOpened(id, "A")
  ]
  for (const [version, event] of story.entries()) {
    await world.append(stream, version, [event])
    await world.settled()
    expect(await world.read("read_run", "acme", id)).toMatchObject({
      version: version + 1,
      view: await world.folded(stream)
    })
    expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0 })
  }
  expect((await phaseRows(id)).map(({ key, view }) => [key, view.order, view.progress.done])).toEqual([
    ["A", 1, 2],
    ["B", 2, 0],
    ["C", 3, 0]
  ])
  const before = [await world.admin`select * from sluice.runs where id = ${id}`, await phaseRows(id)]
  await world.publish(await world.log(), { again: true })
  // Another event behind the repeats shows that they are through.
  await world.append(newRun().stream, 0, [started(randomUUID(), { phases: ["A"] })])
  await world.settled()
  expect([await world.admin`select * from sluice.runs where id = ${id}`, await phaseRows(id)]).toEqual(before)
})

it("writes the phases that change and leaves the others alone", async () => {
  const { id, stream } = newRun()
  const phases = Array.from({ length: 100 }, (_, index) => `P${index}-`)
  await world.append(stream, 0, [
    started(id, { phases }),
    entered("P0-"),
    task(id, "started", "P0-", "P0-1"),
    task(id, "completed", "P0-", "P0-1")
  ])
  await world.settled()
  const before = await writers(id)
  expect(Object.keys(before)).toEqual(phases)
  await world.append(stream, 4, [task(id, "started", "P0-", "P0-2")])
  await world.settled()
  // A started task changes nothing that is shown of a phase.
  expect(changed(before, await writers(id))).toEqual([])
  await world.append(stream, 5, [task(id, "completed", "P0-", "P0-2"), skipped("P7-")])
  await world.settled()
  expect(changed(before, await writers(id))).toEqual(["P0-", "P7-"])
  expect(await world.verify()).toMatchObject({ drifted: 0 })
})

const list = async (...filter: ReadonlyArray<string | number | null>) =>
  (await world.read("list_phases", "lists", ...filter)) as ReadonlyArray<PhaseView>
const named = (phases: ReadonlyArray<PhaseView>) => phases.map(({ runTitle, phase }) => `${runTitle} ${phase}`)

it("lists runs and phases across runs: by status, workflow and role, newest run first, page by page", async () => {
  const runs = ["one", "two", "three"].map((title) => ({ title, ...newRun() }))
  const [one, two, three] = runs as [(typeof runs)[0], (typeof runs)[0], (typeof runs)[0]]
  const begin = (run: typeof one, workflow: string, roles: ReadonlyArray<string>) =>
    world.append(
      run.stream,
      0,
      [started(run.id, { title: run.title, workflow, phases: ["B", "A"], roles }), entered("B")],
      "lists"
    )
  await begin(one, "plan", ["lead"])
  await begin(two, "other", ["*"])
  await begin(three, "plan", ["lead"])
  const finished = (id: string) =>
    ["B1", "B2"].flatMap((key) => [task(id, "started", "B", key), task(id, "completed", "B", key)])
  await world.append(one.stream, 2, [...finished(one.id), checkpointOpened(one.id, "B")], "lists")
  await world.append(two.stream, 2, [...finished(two.id), checkpointOpened(two.id, "B")], "lists")
  await world.append(three.stream, 2, [blocked("A")], "lists")
  await world.settled()

  const titles = async (...filter: ReadonlyArray<string | number | null>) =>
    ((await world.read("list_runs", "lists", ...filter)) as ReadonlyArray<RunView>).map(({ title }) => title)
  expect(await titles(null, null, 50, null, null)).toEqual(["three", "two", "one"])
  expect(await titles(null, "plan", 50, null, null)).toEqual(["three", "one"])
  expect(await titles("awaiting_confirmation", null, 50, null, null)).toEqual(["two", "one"])
  expect(await titles("awaiting_confirmation", "plan", 50, null, null)).toEqual(["one"])
  const [newest] = (await world.read("list_runs", "lists", null, null, 1, null, null)) as [RunView]
  expect(await titles(null, null, 50, newest.createdAt, newest.id)).toEqual(["two", "one"])

  const all = await list(null, null, null, 50, null, null, null)
  expect(named(all)).toEqual(["three B", "three A", "two B", "two A", "one B", "one A"])
  for (const { runId, runStatus } of all) {
    const { view } = (await world.read("read_run", "lists", runId)) as { view: RunView }
    expect(runStatus).toBe(view.status)
  }
  expect(named(await list("in_progress", "plan", null, 50, null, null, null))).toEqual(["three B", "one B"])
  expect(named(await list("blocked", null, null, 50, null, null, null))).toEqual(["three A"])
  expect(named(await list(null, null, "lead", 50, null, null, null))).toEqual(["two B", "one B"])
  expect(named(await list(null, null, "cook", 50, null, null, null))).toEqual(["two B"])
  const paged: Array<PhaseView> = []
  for (;;) {
    const last = paged.at(-1)
    const page = await list(null, null, null, 1, last?.createdAt ?? null, last?.runId ?? null, last?.order ?? null)
    if (page.length === 0) break
    paged.push(...page)
  }
  expect(paged).toEqual(all)
  expect(await world.read("list_phases", "nobody", null, null, null, 50, null, null, null)).toEqual([])
  expect(await world.read("list_runs", "nobody", null, null, 50, null, null)).toEqual([])
  expect(await world.read("read_run", "nobody", one.id)).toBeNull()
})

it("reads the events of one run, from either end, up to the version that was seen", async () => {
  const { id, stream } = newRun()
  await world.append(stream, 0, [
    started(id, { phases: ["A"] }),
    entered("A"),
    task(id, "started", "A", "A1"),
    task(id, "completed", "A", "A1"),
    task(id, "started", "A", "A2")
  ])
  const events = async (...args: ReadonlyArray<string | number | boolean | null | ReadonlyArray<string>>) =>
    (await world.read("read_run_events", "acme", stream, ...args)) as ReadonlyArray<AuditEntry>
  const versions = (entries: ReadonlyArray<AuditEntry>) => entries.map(({ version }) => version)
  expect(versions(await events(null, null, 5, 50, false))).toEqual([1, 2, 3, 4, 5])
  expect(versions(await events(null, null, 4, 2, true))).toEqual([4, 3])
  expect(versions(await events(null, 2, 4, 50, false))).toEqual([3, 4])
  expect(versions(await events(["run.task-completed", "run.started"], null, 5, 50, true))).toEqual([4, 1])
  const [first] = await events(null, null, 1, 1, false)
  const [logged] = (await world.log()).filter(({ streamId }) => streamId === stream)
  expect(first).toEqual({
    position: logged?.position,
    eventId: logged?.eventId,
    type: "run.started",
    subject: stream,
    version: 1,
    time: logged?.recordedAt,
    actor: logged?.metadata.actor,
    correlationId: logged?.metadata.correlationId,
    causationId: logged?.metadata.causationId,
    data: logged?.data
  })
  expect(await world.read("read_run_events", "nobody", stream, null, null, 5, 50, false)).toEqual([])
})

it("shows approvals under their run's title, and those for anybody to everybody", async () => {
  const { id, stream } = newRun()
  await world.append(stream, 0, [started(id, { title: "Move house", phases: ["A"] })], "titles")
  const anybody = asked(id, "A", ["*"])
  const custom = newApproval()
  await world.append(anybody.stream, 0, [requested(anybody.required, { subject: anybody.subject })], "titles")
  await world.append(custom, 0, [requested([{ roles: ["finance"], count: 1 }])], "titles")
  await world.settled()
  expect(await world.read("read_approval", "titles", idOf(anybody.stream))).toMatchObject({
    subjectTitle: "Move house"
  })
  expect(await world.read("read_approval", "titles", idOf(custom))).toEqual(await world.folded(custom))
  const shown = async (role: string | null, roles: ReadonlyArray<string> | null, actor: string | null) =>
    (
      (await world.read(
        "list_approvals",
        "titles",
        null,
        role,
        null,
        null,
        roles,
        actor,
        50,
        null,
        null
      )) as ReadonlyArray<{
        subjectTitle?: string | null
      }>
    ).map(({ subjectTitle }) => subjectTitle)
  expect(await shown(null, null, null)).toEqual([undefined, "Move house"])
  expect(await shown("cook", null, null)).toEqual(["Move house"])
  expect(await shown("finance", null, null)).toEqual([undefined, "Move house"])
  expect(await shown(null, ["cook"], "anne")).toEqual(["Move house"])
  expect(await shown(null, [], "anne")).toEqual(["Move house"])
})

it("shows the API's role one tenant, whatever it asks for", async () => {
  const seenBy = async (tenant: string) => {
    const [row] = await world.api.begin(async (sql) => {
      await sql`select set_config('sluice.tenant', ${tenant}, true)`
      return sql<{ runs: number; phases: number }[]>`
        select (select count(*) from sluice.runs)::int as runs, (select count(*) from sluice.phases)::int as phases`
    })
    return row
  }
  expect(await seenBy("lists")).toEqual({ runs: 3, phases: 6 })
  expect(await seenBy("nobody")).toEqual({ runs: 0, phases: 0 })
})

const spoiled: ReadonlyArray<readonly [string, string, RegExp]> = [
  ["a phase", `update sluice.phases set view = jsonb_set(view, '{gaps}', '7') where key = 'A'`, /view of A differs/],
  [
    "a phase's time",
    "update sluice.phases set created_at = now() + interval '1 day' where key = 'A'",
    /created_at of A/
  ],
  ["a missing phase", "delete from sluice.phases where key = 'B'", /B is missing/],
  [
    "a phase too much",
    `insert into sluice.phases (tenant, id, key, view, created_at)
      select tenant, id, 'Z', view, created_at from sluice.phases where key = 'A'`,
    /There is Z/
  ],
  [
    "a phase of nothing",
    `insert into sluice.phases (tenant, id, key, view, created_at)
      select tenant, gen_random_uuid()::text, key, view, created_at from sluice.phases where key = 'A'`,
    /no such stream/
  ]
]
it.each(spoiled)("verify finds %s", async (_name, sql, problem) => {
  await world.admin.unsafe(`create table sluice.phases_before as table sluice.phases; ${sql}`)
  try {
    const { drift } = await world.verify()
    expect(drift.length).toBeGreaterThan(0)
    expect(drift.every(({ table }) => table === "phases")).toBe(true)
    expect(drift.map((one) => one.problem).join("; ")).toMatch(problem)
  } finally {
    await world.admin.unsafe(`
      truncate sluice.phases;
      insert into sluice.phases (tenant, id, key, view, created_at)
        select tenant, id, key, view, created_at from sluice.phases_before;
      drop table sluice.phases_before`)
  }
  expect(await world.verify()).toMatchObject({ drifted: 0 })
})
