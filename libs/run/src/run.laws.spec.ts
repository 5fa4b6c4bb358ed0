import { it } from "@effect/vitest"
import { decodeEvent, schemaVersionOf } from "@sluice/contracts/event/event.registry"
import { RunEvent } from "@sluice/contracts/run/run.events"
import type { RunStatus } from "@sluice/contracts/run/run.views"
import { facts, somebody } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { brief } from "./run.brief.ts"
import { validate } from "./run.gate.ts"
import { ANEW, helped, story, type Tried, tell } from "./run.laws.spec-support.ts"
import { phaseDetails, phaseViews } from "./run.phase-views.ts"
import { hasEnded } from "./run.phases.ts"
import { runReadModel } from "./run.read-model.ts"
import { anybody, asking, phase, RUN_ID, running, starts, type Told } from "./run.spec-support.ts"
import type { RunState, StartedRun, Visit } from "./run.state.ts"
import { run } from "./run.stream.ts"
import { view } from "./run.view.ts"

const often = { arbitrary: { runs: 100 } }
const law = (name: string, holds: (told: ReturnType<typeof tell>) => void, options = often) =>
  it.prop(name, story, ({ drawn, steps }) => holds(tell(drawn, steps)), options)

/** Every stand of a story. */
const stands = ({ first, tried }: ReturnType<typeof tell>): ReadonlyArray<Told> => [
  first,
  ...tried.map(({ after }) => after)
]
const visitsOf = (state: StartedRun): ReadonlyMap<string, Visit> =>
  new Map(state.phases.flatMap(({ id, visits }) => visits.map((visit) => [`${id}/${visit.visit}`, visit] as const)))
const orderIn = (state: StartedRun, id: string | null): number => state.phases.findIndex((phase) => phase.id === id)
const newsOf = ({ decided }: Tried): ReadonlyArray<RunEvent> => (Result.isSuccess(decided) ? decided.success.run : [])

/** Status of every task, told from the events alone; a skipped phase's tasks that had not ended are deferred. */
const tasksIn = (log: ReadonlyArray<RunEvent>): ReadonlyMap<string, { phase: string; status: string }> => {
  const tasks = new Map<string, { phase: string; visit: number; status: string }>()
  const STATUS: Readonly<Record<string, string>> = {
    "run.task-started": "in_progress",
    "run.task-completed": "completed",
    "run.task-failed": "failed",
    "run.task-deferred": "deferred",
    "run.task-moved": "moved",
    "run.task-reopened": "pending"
  }
  for (const { type, data } of log) {
    if (type === "run.started")
      for (const phase of data.definition.phases)
        for (const { key } of phase.tasks) tasks.set(key, { phase: phase.id, visit: 1, status: "pending" })
    if (type === "run.task-added") tasks.set(data.key, { phase: data.phase, visit: data.visit, status: "pending" })
    if (type === "run.phase-skipped")
      for (const task of tasks.values())
        if (task.phase === data.phase && task.visit === data.visit && !["completed", "moved"].includes(task.status))
          task.status = "deferred"
    const status = STATUS[type]
    if (status !== undefined && "key" in data) {
      const task = tasks.get(data.key)
      if (task !== undefined) task.status = status
    }
  }
  return tasks
}

/** The page's list of statuses, told from the events alone. */
const statusIn = (log: ReadonlyArray<RunEvent>): RunStatus => {
  const seen = (type: RunEvent["type"]) => log.some((event) => event.type === type)
  if (seen("run.cancelled")) return "cancelled"
  if (seen("run.failed")) return "failed"
  if (seen("run.completed")) return "completed"
  const lastOf = (...types: ReadonlyArray<RunEvent["type"]>) => log.findLast(({ type }) => types.includes(type))?.type
  if (lastOf("run.paused", "run.resumed") === "run.paused") return "paused"
  const open = (opens: RunEvent["type"], closes: ReadonlyArray<RunEvent["type"]>, key: string) => {
    const names = new Set<unknown>()
    for (const { type, data } of log) {
      if (type === opens) names.add(Reflect.get(data, key))
      if (closes.includes(type)) names.delete(Reflect.get(data, key))
    }
    return names
  }
  const left = open("run.phase-completed", ["run.phase-started", "run.phase-returned"], "phase")
  for (const { type, data } of log) {
    if (type === "run.phase-baselined" || type === "run.phase-skipped") left.add(data.phase)
    if (type === "run.phase-started") left.delete(data.phase)
  }
  if (open("run.blocker-raised", ["run.blocker-resolved"], "id").size > 0) return "blocked"
  if (open("run.question-asked", ["run.question-answered"], "id").size > 0) return "awaiting_input"
  const settled = ["run.checkpoint-confirmed", "run.checkpoint-refused", "run.checkpoint-withdrawn"] as const
  if (open("run.checkpoint-opened", settled, "approvalId").size > 0) return "awaiting_confirmation"
  return seen("run.phase-started") ? "in_progress" : "not_started"
}

describe("laws of a run", () => {
  law("a visit that is signed off never changes, nor does one that another visit follows", ({ tried }) => {
    for (const { before, after } of tried) {
      const later = visitsOf(after.started)
      for (const phase of before.started.phases)
        for (const visit of phase.visits) {
          const now = later.get(`${phase.id}/${visit.visit}`) as Visit
          if (visit !== phase.visits.at(-1)) expect(now).toEqual(visit)
          if (visit.status !== "signed_off") continue
          const { left, endedAt, checkpoint } = now
          expect(now).toEqual({ ...visit, left, endedAt, checkpoint })
          if (visit.left) expect({ left, endedAt }).toEqual({ left: true, endedAt: visit.endedAt })
        }
    }
  })

  law("what is signed off, or waits for it, has its tasks ended and its gate holding", (told) => {
    for (const { started } of stands(told))
      for (const phase of started.phases)
        for (const visit of phase.visits) {
          if (visit.status !== "signed_off" && visit.signoff?.state !== "requested") continue
          expect(visit.tasks.filter((task) => !hasEnded(task))).toEqual([])
          expect(validate(phase, visit).missing).toEqual([])
        }
  })

  law("nothing later starts under an open checkpoint, nor before it was confirmed", ({ first, end }) => {
    const open = new Map<string, number>()
    const confirmed = new Set<string>()
    let here: { id: string; visit: number } | undefined
    for (const { type, data } of end.log) {
      if (type === "run.checkpoint-opened") open.set(data.approvalId, orderIn(first.started, data.phase))
      if (
        type === "run.checkpoint-confirmed" ||
        type === "run.checkpoint-refused" ||
        type === "run.checkpoint-withdrawn"
      ) {
        open.delete(data.approvalId)
        const place = `${data.phase}/${data.visit}`
        if (type === "run.checkpoint-confirmed") confirmed.add(place)
        else confirmed.delete(place)
      }
      if (type !== "run.phase-started" && type !== "run.task-started") continue
      const order = orderIn(first.started, data.phase)
      for (const other of open.values()) expect(order).toBeLessThanOrEqual(other)
      if (type !== "run.phase-started") continue
      const from = here === undefined ? undefined : first.phase(here.id)
      if (here !== undefined && from?.checkpoint !== null && order > orderIn(first.started, here.id))
        expect(confirmed).toContain(`${here.id}/${here.visit}`)
      here = { id: data.phase, visit: data.visit }
    }
  })

  law("one phase is current, what lies behind was left and what lies ahead has not begun", (told) => {
    for (const { started } of stands(told)) {
      if (started.current === null) continue
      started.phases.forEach(({ visits }, order) => {
        const { status, left } = visits.at(-1) as Visit
        const current = orderIn(started, started.current)
        if (order < current) expect(left).toBe(true)
        if (order > current) expect(["not_started", "skipped"]).toContain(status)
      })
    }
  })

  law("totals equal a recount of the events", ({ end }) => {
    const tasks = [...tasksIn(end.log).values()]
    const counted = tasks.filter(({ status }) => status !== "deferred" && status !== "moved")
    const done = counted.filter(({ status }) => status === "completed").length
    const { progress, status } = end.view
    expect(progress).toMatchObject({ done, total: counted.length })
    if (counted.length > 0) expect(progress.percent).toBe(Math.round((100 * done) / counted.length))
    else expect(progress.percent).toBe(status === "completed" ? 100 : 0)
  })

  law("status is the first that applies", (told) => {
    for (const { log, view: shown, started } of stands(told)) {
      const blocked = started.phases.some((phase) => phase.blocked !== null && phase.visits.at(-1)?.left === false)
      const wanted = statusIn(log)
      const final = ["cancelled", "failed", "completed", "paused"].includes(wanted)
      expect(shown.status).toBe(blocked && !final ? "blocked" : wanted)
    }
  })

  law("what is startable can be started, and nothing else", (told) => {
    for (const stand of stands(told)) {
      const tasks = [...visitsOf(stand.started).values()].flatMap((visit) => visit.tasks)
      const can = tasks.filter(({ key }) => {
        const decided = starts(key)(stand)
        return Result.isSuccess(decided) && decided.success.run.some(({ type }) => type === "run.task-started")
      })
      expect(new Set(stand.view.startable)).toEqual(new Set(can.map(({ key }) => key)))
    }
  })

  law("a second time adds nothing", ({ tried }) => {
    for (const { step, deed, decided, after, before } of tried) {
      if (Result.isFailure(decided) || ANEW.includes(step.does)) continue
      const here = before.started.current ?? before.started.phases[0]?.id
      // A way from a phase to itself is gone as often as somebody says so.
      if (step.does === "goBack" && after.started.current === here) continue
      // At the same instant: a minute later a timer may be due.
      const again = deed(after.later(-1))
      if (Result.isFailure(again)) continue
      const news = again.success.run.map(({ type }) => type)
      expect(news, `${step.does} again`).toEqual([])
      for (const [, events] of again.success.decided) expect(events).toEqual([])
    }
  })

  law("what is put to people is pending exactly while the run waits for it", (told) => {
    for (const { approvals, started } of stands(told)) {
      const waits = [...visitsOf(started).values()].flatMap(({ checkpoint, signoff }) => [
        ...(checkpoint?.state === "open" ? [checkpoint.approvalId] : []),
        ...(signoff?.state === "requested" ? [signoff.approvalId] : [])
      ])
      const pending = [...approvals].filter(([, { status }]) => status === "pending").map(([id]) => id)
      expect(new Set(pending)).toEqual(new Set(waits))
      expect(approvals.has("none")).toBe(false)
    }
  })

  law("ended is ended: no command changes anything any more", ({ tried }) => {
    for (const { before, decided } of tried) {
      if (before.started.ended === null) continue
      if (Result.isSuccess(decided)) expect(decided.success).toMatchObject({ run: [], effects: [] })
    }
  })

  law("completed is a run of which nothing is left to do", (told) => {
    for (const { started } of stands(told)) {
      if (started.ended?.as !== "completed") continue
      const over = started.phases.map(({ visits }) => visits.at(-1) as Visit)
      for (const { status, endedAt } of over) {
        if (status === "not_started") continue
        expect(["completed", "signed_off", "skipped"]).toContain(status)
        expect(endedAt).not.toBeNull()
      }
    }
  })

  law(
    "never stuck: whoever means well brings the run to its end",
    ({ end }) => {
      if (end.started.ended !== null) return
      const told = helped(end)
      expect(told.view.status, `${told.happened().join(", ")}`).toBe("completed")
    },
    often
  )

  law("a snapshot gives back the state, and the rest of the story on it the same end", ({ end: { log, state } }) => {
    const half = Math.floor(log.length / 2)
    const middle = log.slice(0, half).reduce(run.evolve, run.initial)
    const restored = run.decode(JSON.parse(JSON.stringify(run.encode(middle))))
    expect(restored).toEqual(middle)
    expect(log.slice(half).reduce(run.evolve, restored)).toEqual(state)
  })

  law("every event is what the published language says it is", (told) => {
    for (const tried of told.tried)
      for (const { type, data } of newsOf(tried))
        expect(
          decodeEvent({
            ...{ type, schemaVersion: schemaVersionOf(type), metadata: { actor: somebody } },
            data: JSON.parse(JSON.stringify(data))
          })
        ).toEqual({ type, data })
  })

  it.prop(
    "the fold takes any facts in any order",
    { events: Schema.Array(Schema.Struct({ event: RunEvent, pick: Schema.Literals([0, 1, 2]) })) },
    ({ events }) => {
      const places = [
        phase("A", { tasks: ["A1"], checkpoint: anybody }),
        phase("B", { tasks: ["B1"], signoff: asking() })
      ]
      const { log } = running(...places)
      const known = ({ event, pick }: (typeof events)[number]): RunEvent => {
        const names = { phase: ["A", "B", "Z"][pick], key: ["A1", "B1", "Z1"][pick], visit: 1 + (pick % 2), to: "A" }
        const data = Object.entries(names).filter(([name]) => name in event.data)
        return { ...event, data: { ...event.data, ...Object.fromEntries(data) } } as RunEvent
      }
      let state: RunState = run.initial
      for (const fact of facts([...log, ...events.map(known)].map((event) => ({ event })))) {
        const before = state
        state = run.evolve(before, fact)
        if (state.status === "none") throw new Error("not started")
        expect(state.version).toBe(fact.version)
        if (before.status !== "none" && before.ended !== null) expect(state.ended).toBe(before.ended)
        expect(run.decode(run.encode(state))).toEqual(state)
        expect(view(RUN_ID, state).version).toBe(fact.version)
        expect(phaseViews(RUN_ID, state)).toHaveLength(2)
        expect(phaseDetails(RUN_ID, state)).toHaveLength(2)
        expect(brief(RUN_ID, state, []).run.id).toBe(RUN_ID)
        expect(runReadModel.ofRow({ fold: runReadModel.toRow(RUN_ID, state)?.fold ?? {} })).toEqual(state)
      }
    },
    often
  )
})
