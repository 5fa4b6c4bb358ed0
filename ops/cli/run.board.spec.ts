import { stripVTControlCharacters } from "node:util"
import type { RunView } from "@sluice/contracts/run/run.views"
import { describe, expect, it } from "vitest"
import { renderBoard, type Standing, standingOf } from "./run.board.ts"
import { renderTimeline } from "./run.timeline.ts"
import { whom } from "./run.words.ts"
import { widthOf } from "./shared/terminal.ts"

const person = (id: string) => ({ kind: "user" as const, id, roles: [] })
const at = "2026-11-21T10:00:00.000Z"
const now = Date.parse("2026-11-21T10:05:00.000Z")
const phase = (id: string, name: string, done: number, total: number) => ({
  id,
  name,
  status: "not_started" as const,
  visit: 1,
  blocked: null,
  progress: { done, total, percent: Math.round((100 * done) / total) }
})

const run: RunView = {
  id: "run-id",
  workflow: { name: "Plan", version: 2, digest: "d" },
  title: "Move the shop",
  status: "awaiting_confirmation",
  progress: { done: 4, total: 8, percent: 50 },
  currentPhase: "B",
  phases: [
    { ...phase("A", "Find out", 3, 3), status: "signed_off" },
    { ...phase("B", "Build", 1, 2), status: "in_progress", visit: 2 },
    { ...phase("C", "Close", 0, 3), blocked: "The till is broken" }
  ],
  startable: ["B1"],
  openCheckpoints: [
    {
      phase: "B",
      visit: 2,
      approvalId: "approval-id",
      required: [{ roles: ["*"], count: 1 }],
      since: at,
      reviews: [{ actor: person("maria"), comment: "Reading", at }]
    }
  ],
  openQuestions: [{ id: "q", text: "Who pays?", phase: "B", task: null, role: "finance", by: person("ann"), at }],
  blockers: [{ id: "b", text: "No key", phase: null, task: "B1", by: person("ann"), at }],
  milestones: [],
  stuck: ["Task B2 waits for B9"],
  deadline: "2026-12-01T12:30:00.000Z",
  overdue: false,
  reason: null,
  startedBy: person("priya"),
  version: 9,
  createdAt: at,
  updatedAt: at,
  endedAt: null
}
const standing: Standing = {
  ...standingOf(run),
  waiting: [
    ...standingOf(run).waiting,
    {
      for: "signoff",
      approvalId: "s",
      phase: "A",
      required: [{ roles: ["legal"], count: 2 }],
      roles: ["legal"],
      since: at
    }
  ],
  gaps: [{ id: "g", text: "Name the owner", open: true, phase: "A" }],
  startable: [{ key: "B1", title: "Open the account" }]
}
const shown = (one: Standing, { columns = 120, colours = false, hints = false } = {}): string =>
  renderBoard(one, { terminal: { columns, colours }, now, hints })

describe("the board", () => {
  it("says where the run stands, what each phase has done, and what waits for whom since when", () =>
    expect(shown(standing).split("\n")).toEqual([
      "Move the shop  awaiting confirmation  until 2026-12-01 12:30 UTC",
      `${"█".repeat(30)}${"░".repeat(30)}  50 %  4 of 8 tasks`,
      "run-id  Plan version 2, started 5m ago by priya",
      "",
      "   A  Find out  ████████████████████  100 %  3/3  signed off            sign-off: 2 of legal, 5m",
      "▸  B  Build     ██████████░░░░░░░░░░   50 %  1/2  in progress, visit 2  checkpoint: anybody, 5m",
      "   C  Close     ░░░░░░░░░░░░░░░░░░░░    0 %  0/3  blocked               The till is broken",
      "",
      "Waits",
      "  blocker     B1              5m  No key",
      "  block       C                   The till is broken",
      "  question    B   finance     5m  Who pays?",
      "  checkpoint  B   anybody     5m  maria reviews: Reading",
      "  sign-off    A   2 of legal  5m",
      "",
      "Gaps to close",
      "  A  Name the owner",
      "",
      "Stuck",
      "  Task B2 waits for B9",
      "",
      "Next  B1 Open the account"
    ]))

  it("says with which command one answers what waits", () => {
    const hints = shown(standing, { columns: 40, hints: true }).match(/(?<= sluice ).*/g)
    expect(hints).toEqual([
      "run resolve run-id b",
      "phase unblock run-id C",
      'run answer run-id q "…"',
      "run proceed run-id B",
      "approval approve s",
      "run unstick run-id"
    ])
  })

  it("of a paused run says why, and how it goes on", () => {
    const paused = shown(standingOf({ ...run, status: "paused", reason: "Holidays" }), { hints: true })
    expect(paused).toMatch(/Waits\n {2}paused +Holidays\n {4}sluice run resume run-id/)
  })

  it("of a run where nothing waits is its phases", () => {
    const quiet = { ...run, openCheckpoints: [], openQuestions: [], blockers: [], stuck: [], startable: [] }
    const lines = shown(standingOf({ ...quiet, phases: run.phases.slice(0, 2) })).split("\n")
    expect(lines).toHaveLength(6)
  })

  it.each([200, 100, 80, 60, 40])("is at most %i columns wide, and the same in colour", (columns) => {
    const long = { ...standing, run: { ...run, title: "Move ".repeat(60) } }
    for (const colours of [true, false])
      for (const line of shown(long, { columns, colours }).split("\n"))
        expect(widthOf(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns)
    expect(stripVTControlCharacters(shown(long, { columns, colours: true }))).toBe(shown(long, { columns }))
  })
})

it.each([
  [[{ roles: ["*"], count: 1 }], "anybody"],
  [[{ roles: ["finance", "legal"], count: 2 }], "2 of finance or legal"],
  [
    [
      { roles: ["finance"], count: 1 },
      { roles: ["manager"], count: 1 }
    ],
    "finance and manager"
  ]
])("%j waits for %s", (required, words) => expect(whom(required)).toBe(words))

describe("the timeline", () => {
  const entry = (version: number, time: string, type: string, text: string, kind: "user" | "agent" = "user") => ({
    position: version,
    version,
    type,
    time,
    text,
    actor: { ...person("coder-7"), kind }
  })

  it("has times and actors, the oldest first, and a heading for each day", () =>
    expect(
      renderTimeline(
        [
          entry(4, "2026-11-22T08:00:00.000Z", "run.checkpoint-confirmed", "Checkpoint A: proceed"),
          entry(3, "2026-11-21T23:59:59.999Z", "run.checkpoint-opened", "Checkpoint A waits"),
          entry(2, "2026-11-21T10:00:01.000Z", "run.task-completed", "Task A1 completed", "agent"),
          entry(1, "2026-11-21T10:00:00.000Z", "run.started", "Run")
        ],
        { columns: 80, colours: false }
      ).split("\n")
    ).toEqual([
      "2026-11-21 UTC",
      "  10:00:00  ▸  Run                    coder-7",
      "  10:00:01  ·  Task A1 completed      coder-7 (agent)",
      "  23:59:59  ?  Checkpoint A waits     coder-7",
      "2026-11-22 UTC",
      "  08:00:00  ✓  Checkpoint A: proceed  coder-7"
    ]))

  it("of nothing is nothing", () => expect(renderTimeline([], { columns: 80, colours: false })).toBe(""))
})
