import { RecordUsage } from "@sluice/contracts/session/session.commands"
import type { SessionStatus } from "@sluice/contracts/session/session.views"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { Schema } from "effect"
import { describe, it } from "vitest"
import { expire, open, recordUsage, update } from "./session.decide.ts"
import { active, at, completed, failed, given, gone, opened, paused, pending } from "./session.spec-support.ts"

const TASK = "0197a1f0-0000-7000-8000-000000000001"
const DAY = 24 * 60
const statuses = { pending, active, paused, completed, failed, expired: gone }

describe("open", () => {
  it("opens with a role alone", () =>
    given()
      .when((state) => open(state, { role: "pm" }, at(0)))
      .thenYields({ type: "session.opened", data: { role: "pm", taskId: null, metadata: {} } }))

  it("keeps task and metadata", () =>
    given()
      .when((state) => open(state, { role: "pm", taskId: TASK, metadata: { test: "lifecycle" } }, at(0)))
      .thenYields({ type: "session.opened", data: { role: "pm", taskId: TASK, metadata: { test: "lifecycle" } } }))

  it("does not open twice under one id", () =>
    given(...active)
      .when((state) => open(state, { role: "pm" }, at(5)))
      .thenRefused("InvalidTransition", { from: "active", to: "pending" }))
})

describe("update: status", () => {
  const data = { reason: null }
  const allowed = [
    ["pending", "active", "session.activated"],
    ["active", "paused", "session.paused"],
    ["active", "completed", "session.completed"],
    ["active", "failed", "session.failed"],
    ["paused", "active", "session.resumed"]
  ] as const
  it.each(allowed)("%s → %s", (from, to, type) =>
    given(...statuses[from])
      .when((state) => update(state, { status: to }, at(9), []))
      .thenYields({ type, data })
  )

  const targets = ["active", "paused", "completed", "failed"] as const
  const edges = new Set(allowed.map(([from, to]) => `${from} → ${to}`))
  const pairs = (Object.keys(statuses) as Array<SessionStatus>).flatMap((from) =>
    targets.map((to) => [from, to] as const)
  )
  const refused = pairs.filter(([from, to]) => from !== to && !edges.has(`${from} → ${to}`))
  it.each(refused)("%s → %s is refused, naming both", (from, to) =>
    given(...statuses[from])
      .when((state) => update(state, { status: to }, at(9), []))
      .thenRefused("InvalidTransition", { from, to, message: `Invalid transition from ${from} to ${to}` })
  )

  it.each(targets)("%s again changes nothing", (status) =>
    given(...statuses[status])
      .when((state) => update(state, { status, reason: "again" }, at(9), []))
      .thenNothing()
  )

  it("keeps the reason", () =>
    given(...active)
      .when((state) => update(state, { status: "failed", reason: "out of memory" }, at(9), []))
      .thenYields({ type: "session.failed", data: { reason: "out of memory" } }))

  it("needs a session", () =>
    given()
      .when((state) => update(state, { status: "active" }, at(9), []))
      .thenRefused("SessionNotFound", { sessionId: "s-1" }))
})

describe("update: task and metadata", () => {
  const story = [opened("pm", { taskId: TASK, metadata: { test: "x" } })]
  const metadata = { test: "y", nested: { b: 1, a: [1, 2] } }

  it("records only what changes", () =>
    given(...story)
      .when((state) => update(state, { taskId: TASK, metadata }, at(9), []))
      .thenYields({ type: "session.updated", data: { metadata } }))

  it("clears the task", () =>
    given(...story)
      .when((state) => update(state, { taskId: null }, at(9), []))
      .thenYields({ type: "session.updated", data: { taskId: null } }))

  it("does nothing for the same values, in whatever order of keys", () =>
    given(...story, { event: { type: "session.updated", data: { metadata } } })
      .when((state) => update(state, { taskId: TASK, metadata: { nested: { a: [1, 2], b: 1 }, test: "y" } }, at(9), []))
      .thenNothing())

  it("updates before it ends, in one decision", () =>
    given(...active)
      .when((state) => update(state, { status: "completed", metadata }, at(9), []))
      .thenYields(
        { type: "session.updated", data: { metadata } },
        { type: "session.completed", data: { reason: null } }
      ))

  it("refuses the whole when the status is refused", () =>
    given(...pending)
      .when((state) => update(state, { status: "completed", metadata }, at(9), []))
      .thenRefused("InvalidTransition"))

  it.each(["completed", "failed", "expired"] as const)("changes nothing of a %s session", (status) =>
    given(...statuses[status])
      .when((state) => update(state, { metadata }, at(9), []))
      .thenRefused("SessionEnded", { status })
  )

  it("refuses a change to an ended session though its status is the same", () =>
    given(...completed)
      .when((state) => update(state, { status: "completed", metadata }, at(9), []))
      .thenRefused("SessionEnded", { status: "completed" }))

  it("takes the same values from an ended session as no change", () =>
    given(...completed)
      .when((state) => update(state, { status: "completed", metadata: {}, taskId: null }, at(9), []))
      .thenNothing())
})

describe("where a budget blocks", () => {
  const block = { budgetId: "b-1", name: "all", until: null }
  const blocks = [block, { ...block, budgetId: "b-2" }]

  it.each([pending, paused])("no session becomes active", (...story) =>
    given(...story)
      .when((state) => update(state, { status: "active", metadata: { test: "x" } }, at(9), blocks))
      .thenRefused("BudgetExceeded", {
        ...block,
        message: "Budget all is used up: nothing new starts in its scope"
      })
  )

  it("one that is active already stays so, with other changes", () => {
    given(...active)
      .when((state) => update(state, { status: "active" }, at(9), blocks))
      .thenNothing()
    given(...active)
      .when((state) => update(state, { status: "active", metadata: { test: "x" } }, at(9), blocks))
      .thenYields({ type: "session.updated", data: { metadata: { test: "x" } } })
  })

  it.each(["paused", "completed", "failed"] as const)("it still becomes %s", (status) =>
    given(...active)
      .when((state) => update(state, { status }, at(9), blocks))
      .thenYields({ type: `session.${status}`, data: { reason: null } })
  )

  it("that it cannot become active at all counts for more", () =>
    given(...completed)
      .when((state) => update(state, { status: "active" }, at(9), blocks))
      .thenRefused("InvalidTransition"))
})

describe("recordUsage", () => {
  const usage = (minutes: number, more: { model?: string } = {}) =>
    Schema.decodeSync(RecordUsage)({
      usageId: "u-1",
      meter: "tokens.input",
      quantity: 1200,
      at: minuteIso(minutes),
      ...more
    })

  it.each(["pending", "active", "paused", "completed", "failed"] as const)("is taken while %s", (status) =>
    given(...statuses[status])
      .when((state) => recordUsage(state, usage(3, { model: "small" }), at(9)))
      .thenYields({
        type: "session.usage-recorded",
        data: { usageId: "u-1", meter: "tokens.input", quantity: 1200, model: "small", at: minuteIso(3) }
      })
  )

  it("is refused once expired", () =>
    given(...gone)
      .when((state) => recordUsage(state, usage(3), at(9)))
      .thenRefused("SessionEnded", { status: "expired" }))

  it("may be five minutes ahead and no more", () => {
    given(...active)
      .when((state) => recordUsage(state, usage(14), at(9)))
      .thenYields({
        type: "session.usage-recorded",
        data: { usageId: "u-1", meter: "tokens.input", quantity: 1200, model: null, at: minuteIso(14) }
      })
    given(...active)
      .when((state) => recordUsage(state, usage(14.001), at(9)))
      .thenRefused("InputRefused", { issues: [{ pointer: "/at", message: "must be at most five minutes ahead" }] })
  })

  it("judges the input before the state", () =>
    given(...gone)
      .when((state) => recordUsage(state, usage(60), at(9)))
      .thenRefused("InputRefused"))

  it("needs a session", () =>
    given()
      .when((state) => recordUsage(state, usage(3), at(9)))
      .thenRefused("SessionNotFound"))
})

describe("expire", () => {
  const week = { retentionMillis: 7 * DAY * 60_000 }

  it.each(["pending", "active", "paused"] as const)("expires a %s session without an event for that long", (status) => {
    const lastEvent = statuses[status].length - 1
    given(...statuses[status])
      .when((state) => expire(state, week, at(lastEvent + 7 * DAY - 1)))
      .thenNothing()
    given(...statuses[status])
      .when((state) => expire(state, week, at(lastEvent + 7 * DAY)))
      .thenYields({ type: "session.expired", data: {} })
  })

  it.each(["completed", "failed", "expired"] as const)("leaves a %s session alone", (status) =>
    given(...statuses[status])
      .when((state) => expire(state, week, at(30 * DAY)))
      .thenNothing()
  )

  it("needs a session", () =>
    given()
      .when((state) => expire(state, week, at(30 * DAY)))
      .thenRefused("SessionNotFound"))
})
