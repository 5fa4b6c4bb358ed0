import type { SessionEvent } from "@sluice/contracts/session/session.events"
import { facts, type Happened, minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { activeMillisAt } from "./session.evolve.ts"
import { became, expired, given, opened, paused, pending } from "./session.spec-support.ts"
import type { OpenedSession } from "./session.state.ts"
import { view } from "./session.view.ts"

const show = (...story: ReadonlyArray<Happened<SessionEvent>>) => view("s-1", given(...story).state)

describe("view", () => {
  it("shows a life from opening to the end", () => {
    const life = [
      opened("pm", { metadata: { test: "lifecycle" } }),
      became("activated"),
      became("paused"),
      became("resumed"),
      became("completed")
    ]
    const steps = life.map((_, index) => show(...life.slice(0, index + 1)))
    expect(steps.map(({ status, version }) => [status, version])).toEqual([
      ["pending", 1],
      ["active", 2],
      ["paused", 3],
      ["active", 4],
      ["completed", 5]
    ])
    expect(steps.map(({ activatedAt }) => activatedAt)).toEqual([null, ...Array(4).fill(minuteIso(1))])
    expect(steps.map(({ pausedAt }) => pausedAt)).toEqual([null, null, minuteIso(2), null, null])
    expect(steps.map(({ endedAt }) => endedAt)).toEqual([null, null, null, null, minuteIso(4)])
    expect(steps[4]).toEqual({
      id: "s-1",
      role: "pm",
      status: "completed",
      taskId: null,
      metadata: { test: "lifecycle" },
      version: 5,
      createdAt: minuteIso(0),
      updatedAt: minuteIso(4),
      activatedAt: minuteIso(1),
      pausedAt: null,
      endedAt: minuteIso(4)
    })
  })

  it("shows no pause of a session that expired while paused", () =>
    expect(show(...paused, expired)).toMatchObject({ status: "expired", pausedAt: null, endedAt: minuteIso(3) }))

  it("shows what an update changed and what it left alone", () =>
    expect(
      show(opened("pm", { metadata: { test: "x" } }), { event: { type: "session.updated", data: { taskId: "t" } } })
    ).toMatchObject({ taskId: "t", metadata: { test: "x" } }))

  it("counts a usage as the newest event", () => {
    const data = { usageId: "u", meter: "tokens.input", quantity: 1, model: null, at: minuteIso(0) }
    expect(show(...pending, { event: { type: "session.usage-recorded", data }, at: 7 })).toMatchObject({
      version: 2,
      updatedAt: minuteIso(7)
    })
  })

  it("has nothing to show of a session that does not exist", () => expect(() => show()).toThrow("does not exist"))
})

describe("active time", () => {
  const story = [
    opened(),
    became("activated", 10),
    became("paused", 25),
    became("resumed", 100),
    became("completed", 103.5)
  ]
  const millisAfter = (events: number, minutes: number) =>
    activeMillisAt(given(...story.slice(0, events)).state as OpenedSession, minuteIso(minutes)) / 60_000

  it("counts the running interval", () => expect(millisAfter(2, 12)).toBe(2))
  it("stands still in a pause", () => expect(millisAfter(3, 99)).toBe(15))
  it("adds up the intervals", () => expect(millisAfter(5, 999)).toBe(18.5))
  it("does not run backwards when the clock does", () => expect(millisAfter(2, 9)).toBe(0))
})

describe("facts that cannot follow", () => {
  it("nothing but opening begins a session", () =>
    expect(given(became("activated"), expired).state).toEqual({ status: "none" }))

  it("count as the newest event and change nothing else", () => {
    const before = given(...pending, became("activated"), became("completed"))
    const after = given(...pending, became("activated"), became("completed"), became("resumed"), opened("other"))
    expect(after.state).toEqual({ ...before.state, version: 5, updatedAt: minuteIso(4) })
  })

  it("tells stories with versions from 1", () => expect(facts(pending).map(({ version }) => version)).toEqual([1]))
})
