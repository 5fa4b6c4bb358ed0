import { randomUUID } from "node:crypto"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import {
  asked,
  askedByRun,
  empty,
  GATE,
  logOf,
  mary,
  ofApproval,
  ofMark,
  ofRun,
  one,
  question,
  RUN,
  type Step,
  said,
  started,
  take
} from "@sluice/notification/inbox.spec-support"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { notificationStage } from "../notification.spec-support.ts"
import { created } from "./inbox.metrics.ts"
import { type FreshNotification, inbox } from "./inbox.reaction.ts"

const world = await notificationStage()
const told: Array<FreshNotification> = []
const reaction = inbox((fresh) => Effect.sync(() => told.push(...fresh)))
world.consume([reaction])

const rowsOf = (tenant: string) =>
  world.admin`
    select id, rule, audience_kind || ' ' || audience_id as audience, title, body, subject, path, event_id as "eventId",
      event_type as "eventType", position, settle_key as "settleKey", needs_action as "needsAction", settled_at as "settledAt",
      created_at as "createdAt"
    from sluice.notifications where tenant = ${tenant} order by id`
const marksOf = (tenant: string) =>
  world.admin`
    select notification_id as id, actor, read_at as "readAt", archived_at as "archivedAt" from sluice.notification_marks
    where tenant = ${tenant} order by 1, 2`
const memoryOf = (tenant: string) =>
  world.admin`
    select stream_id as stream, memory from sluice.notification_memory where tenant = ${tenant} order by 1`
const everything = async (tenant: string) => [await rowsOf(tenant), await marksOf(tenant), await memoryOf(tenant)]

/** Appends each step by itself, as its actor. */
const happen = async (tenant: string, ...steps: ReadonlyArray<Step>): Promise<void> => {
  for (const { stream, type, data, by } of steps) {
    const [row] = await world.admin<{ version: number }[]>`
      select coalesce(max(version), 0) as version from sluice.events where tenant = ${tenant} and stream_id = ${stream}`
    await world.append(stream, row?.version ?? 0, [{ type, data }], tenant)
    await world.admin`
      update sluice.events set metadata = jsonb_set(metadata, '{actor}', ${world.admin.json(by as never)})
      where tenant = ${tenant} and stream_id = ${stream} and version = ${(row?.version ?? 0) + 1}`
  }
}
const apply = (events: ReadonlyArray<RecordedEvent>) =>
  Effect.runPromise(reaction.apply(events).pipe(Effect.provide(world.layer)))

it("puts into inboxes what the log says, settles it, and forgets what has ended; any replay changes nothing", async () => {
  await happen("story", started(), askedByRun("checkpoint", { required: [one("lead"), one("pm")] }), asked())
  await happen(
    "story",
    ofRun("question-asked", question("q1", "finance")),
    ofRun("question-asked", question("q2", null))
  )
  await world.settled()
  const opened = await rowsOf("story")
  expect(opened.map(({ rule, audience, needsAction }) => `${rule} ${audience} ${needsAction}`).toSorted()).toEqual([
    "approval-requested role finance true",
    "approval-requested role manager true",
    "checkpoint-waiting role lead true",
    "checkpoint-waiting role pm true",
    "question-asked actor user/ada true",
    "question-asked role finance true"
  ])
  expect(opened.find(({ rule }) => rule === "checkpoint-waiting")?.title).toBe(
    "Checkpoint A of Spring waits for somebody to say proceed"
  )

  await happen("story", said("approve", mary), ofApproval("cancelled", { reason: null }, mary, GATE))
  await happen("story", ofRun("question-answered", { id: "q1", answer: "We do" }))
  await world.settled()
  const stillOpen = (await rowsOf("story")).filter(({ needsAction }) => needsAction)
  expect(stillOpen.map(({ rule, audience }) => `${rule} ${audience}`).toSorted()).toEqual([
    "approval-requested role finance",
    "question-asked actor user/ada"
  ])
  await happen("story", ofRun("completed"), ofApproval("approved", {}, mary))
  await world.settled()
  const [rows, , memory] = await everything("story")
  expect(rows?.filter(({ needsAction }) => needsAction)).toEqual([])
  expect(memory).toEqual([])

  const events = await world.log()
  await world.publish(events, { again: true })
  await happen("story", ofMark("read", randomUUID()))
  await world.settled()
  expect(await rowsOf("story")).toEqual(rows)
  // The runtime passes nothing on twice; if it did, no row would be doubled or opened again.
  await apply(events.filter(({ tenant }) => tenant === "story"))
  expect(await rowsOf("story")).toEqual(rows)
})

it("says once of every notification that it is fresh, and counts it", async () => {
  told.length = 0
  await happen("fresh", asked({ required: [one("pm", "lead")] }))
  await world.settled()
  const rows = await rowsOf("fresh")
  expect(told.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject(
    rows.map(({ id, rule, createdAt }) => ({ tenant: "fresh", id, rule, createdAt: createdAt.toISOString() }))
  )
  expect(told.map(({ audience }) => audience.id)).toEqual(["pm", "lead"])
  await apply((await world.log()).filter(({ tenant }) => tenant === "fresh"))
  expect(told).toHaveLength(2)
  const { values } = await created.get()
  const { length } = await world.admin`select from sluice.notifications where rule = 'approval-requested'`
  expect(values.find(({ labels }) => labels.rule === "approval-requested")?.value).toBe(length)
})

it("keeps each person's marks: put away is read too, and the first time counts", async () => {
  const [one, two] = [randomUUID(), randomUUID()]
  await happen(
    "marks",
    ofMark("read", one),
    ofMark("archived", one),
    ofMark("archived", two),
    ofMark("read", one, mary)
  )
  await world.settled()
  const recorded = (await world.log()).filter(({ tenant }) => tenant === "marks").map(({ recordedAt }) => recordedAt)
  const marks = new Map(
    (await marksOf("marks")).map(({ id, actor, readAt, archivedAt }) => [
      `${id} ${actor}`,
      [readAt.toISOString(), archivedAt?.toISOString() ?? null]
    ])
  )
  expect(marks).toEqual(
    new Map([
      [`${one} user/ada`, [recorded[0], recorded[1]]],
      [`${two} user/ada`, [recorded[2], recorded[2]]],
      [`${one} user/mary`, [recorded[3], null]]
    ])
  )
})

it("holds in its tables what the plan says, however events are batched and repeated", async () => {
  const steps = [
    started(),
    asked(),
    askedByRun("checkpoint"),
    ofRun("question-asked", question("q1", "pm")),
    said("approve", mary),
    ofRun("phase-blocked", { phase: "A", visit: 1, reason: "why" }),
    ofApproval("escalated", { roles: ["boss"] }),
    ofRun("phase-unblocked", { phase: "A", visit: 1 }),
    ofRun("question-answered", { id: "q1", answer: "so" }),
    ofRun("phase-blocked", { phase: "A", visit: 1, reason: "again" }),
    ofMark("read", "0197a000-0000-7000-8000-0000000000aa"),
    ofMark("archived", "0197a000-0000-7000-8000-0000000000aa"),
    ofApproval("approved", {}, mary),
    ofRun("question-asked", question("q2", "pm"))
  ]
  for (let round = 0; round < 10; round++) {
    const tenant = `law${round}`
    const events = logOf(steps.map((step) => ({ ...step, tenant })))
    const model = empty()
    for (let rest = events; rest.length > 0; ) {
      // The first time all at once, so that one row is settled twice in a batch.
      const cut = round === 0 ? events.length : 1 + Math.floor(Math.random() * 6)
      take(model, rest.slice(0, cut))
      await apply(rest.slice(0, cut))
      rest = rest.slice(cut)
    }
    const wanted = [...model.rows.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(
      (await rowsOf(tenant)).map(({ needsAction: _, settledAt, createdAt, ...row }) => ({
        ...row,
        settledAt: settledAt?.toISOString() ?? null,
        createdAt: createdAt.toISOString()
      }))
    ).toEqual(
      wanted.map(({ tenant: _, audience, ...row }) => ({ ...row, audience: `${audience.kind} ${audience.id}` }))
    )
    expect((await memoryOf(tenant)).map(({ stream, memory }) => [`${tenant} ${stream}`, memory])).toEqual(
      [...model.memory].toSorted()
    )
    expect(await marksOf(tenant)).toHaveLength(model.marks.size)
  }
})

it("settles a run's notifications and leaves another run's alone, though thousands are open", async () => {
  const other = RUN.replace("000a", "000f")
  await world.admin`
    insert into sluice.notifications (tenant, id, rule, audience_kind, audience_id, title, subject, event_id, event_type, position,
      settle_key, created_at)
    select 'many', gen_random_uuid(), 'question-asked', 'role', 'pm', 'x', 'run-1', gen_random_uuid(), 'run.question-asked', 0,
      'run/' || case when n % 100 = 0 then ${RUN} else ${other} end || '/question/' || n, now()
    from generate_series(1, 5000) n`
  await apply(logOf([started(), ofRun("failed", { reason: null })].map((step) => ({ ...step, tenant: "many" }))))
  const [row] = await world.admin<{ settled: number }[]>`
    select count(*) filter (where settled_at is not null)::int as settled from sluice.notifications where tenant = 'many'`
  expect(row?.settled).toBe(50)
})
