import { it } from "@effect/vitest"
import { type ApprovalState, approval } from "@sluice/approval"
import { timersOf } from "@sluice/approval/approval.due"
import { type Fact, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import { describe, expect } from "vitest"
import { netChanges } from "./timers.reaction.ts"
import { Choices, Cuts, inBatches, logOf, RETENTION, requested } from "./timers.spec-model.ts"

describe("timers by events", () => {
  it.prop(
    "are the same however the events are batched",
    { choices: Choices, cuts: Cuts },
    ({ choices, cuts }) => {
      const events = logOf(choices)
      expect(inBatches(events, cuts)).toEqual(
        inBatches(
          events,
          events.map(() => 1)
        )
      )
    },
    { arbitrary: { runs: 500 } }
  )

  it.prop(
    "of an approval are those that its state calls for",
    { choices: Choices },
    ({ choices }) => {
      const events = logOf(choices.map((choice) => choice * 3 + 1))
      // An approval that has its final status hears of nothing more.
      const end = events.findIndex(({ type }) => type === "approval.approved" || type === "approval.cancelled")
      const story = end < 0 ? events : events.slice(0, end + 1)
      const state = story.reduce<ApprovalState>(
        (s, e) => approval.evolve(s, toFact(e) as Fact<never>),
        approval.initial
      )
      const kept = [...inBatches(story, []).values()].map(({ kind, dueAt, every }) => ({ kind, dueAt, every }))
      const called = timersOf(state).map(({ kind, dueAt, every }) => ({ kind, dueAt, every }))
      expect(kept.sort((a, b) => a.kind.localeCompare(b.kind))).toEqual(
        called.sort((a, b) => a.kind.localeCompare(b.kind))
      )
    },
    { arbitrary: { runs: 500 } }
  )

  it("of an approval that a run asked for name the run", () => {
    const runId = "0197a000-0000-7000-8000-000000000000"
    const [event] = logOf([1])
    const subject = { type: "checkpoint", id: `${runId}/A/1` }
    const asked = { ...event, data: { ...requested, subject } } as RecordedEvent
    const changes = netChanges([asked], RETENTION).map(({ change }) => change)
    expect(changes).toHaveLength(3)
    for (const change of changes) expect(change).toMatchObject({ what: "set", timer: { runId } })
  })
})
