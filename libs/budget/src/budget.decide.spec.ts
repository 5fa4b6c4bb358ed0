import type { CreateBudget } from "@sluice/contracts/budget/budget.commands"
import type { BudgetEvent } from "@sluice/contracts/budget/budget.events"
import { describe, it } from "vitest"
import { create, reach, update } from "./budget.decide.ts"
import {
  at,
  created,
  exceeded,
  given,
  run,
  type Story,
  settings,
  spent,
  told,
  updated,
  warned
} from "./budget.spec-support.ts"

const updatedNow = (data: Extract<BudgetEvent, { type: "budget.updated" }>["data"]): BudgetEvent => ({
  type: "budget.updated",
  data
})

describe("create", () => {
  it("goes by the month, blocks nothing and tells no role, unless told otherwise", () =>
    given()
      .when((state) => create(state, { name: "all", scope: { type: "tenant" }, limit: "7" }, at(0)))
      .thenYields({
        type: "budget.created",
        data: {
          name: "all",
          scope: { type: "tenant", id: null },
          period: "month",
          limit: "7",
          blocks: false,
          notify: []
        }
      }))

  it("tells each role once", () =>
    given()
      .when((state) => create(state, { ...settings, blocks: true, notify: ["finance", "pm", "finance"] }, at(0)))
      .thenYields({ type: "budget.created", data: { ...settings, blocks: true, notify: ["finance", "pm"] } }))

  const scopes: ReadonlyArray<readonly [CreateBudget["scope"], string]> = [
    [{ type: "session", id: run.toUpperCase() }, run],
    [{ type: "run", id: run.toUpperCase() }, run],
    [{ type: "phase", id: `${run.toUpperCase()}/Build` }, `${run}/Build`],
    [{ type: "role", id: "PM" }, "PM"]
  ]
  it.each(scopes)("takes capitals of a UUID for small letters: %j", (scope, id) =>
    given()
      .when((state) => create(state, { ...settings, scope }, at(0)))
      .thenYields({ type: "budget.created", data: { ...settings, scope: { type: scope.type, id } } })
  )

  it("is done once under an id", () =>
    given(created())
      .when((state) => create(state, { ...settings, name: "other" }, at(1)))
      .thenNothing())
})

describe("update", () => {
  it("records what changes, and only that", () =>
    given(created())
      .when((state) => update(state, { name: "October", limit: "5", blocks: true }, at(1)))
      .thenYields(updatedNow({ limit: "5", blocks: true })))

  it("puts it out of force and back", () => {
    given(created())
      .when((state) => update(state, { active: false, notify: ["pm"] }, at(1)))
      .thenYields(updatedNow({ notify: ["pm"], active: false }))
    given(created(), updated({ active: false }))
      .when((state) => update(state, { active: true }, at(1)))
      .thenYields(updatedNow({ active: true }))
  })

  it("does nothing for what is so already", () => {
    const { name, limit, blocks } = settings
    given(created())
      .when((state) => update(state, { name, limit, blocks, notify: ["finance", "finance"], active: true }, at(1)))
      .thenNothing()
  })

  it("finds no budget that was never set", () =>
    given()
      .when((state) => update(state, { name: "x" }, at(1)))
      .thenRefused("BudgetNotFound", { budgetId: "b-1" }))
})

describe("reach", () => {
  const when = (...story: Story) => ({
    spends: (...args: Parameters<typeof spent>) => given(...story).when((state) => reach(state, spent(...args), at(9)))
  })

  it("says nothing below four fifths of the limit", () => {
    when(created()).spends(0).thenNothing()
    when(created()).spends(799).thenNothing()
  })

  it("warns from four fifths on, rounding nothing", () => {
    when(created())
      .spends(800)
      .thenYields(told("warned", "2026-10", "800"))
    when(created())
      .spends(999)
      .thenYields(told("warned", "2026-10", "999"))
    const data = { ...settings, limit: "3" }
    when(created(data)).spends(2).thenNothing()
  })

  it("is exceeded from the limit on", () =>
    when(created(), warned("2026-10"))
      .spends(1000)
      .thenYields(told("exceeded", "2026-10", "1000")))

  it("tells both where it jumps over both, the warning first", () =>
    when(created())
      .spends(5000)
      .thenYields(told("warned", "2026-10", "5000"), told("exceeded", "2026-10", "5000")))

  it("tells each once in a period", () => {
    when(created(), warned("2026-10")).spends(900).thenNothing()
    when(created(), warned("2026-10"), exceeded("2026-10")).spends(9000).thenNothing()
  })

  it("tells nothing twice where the limit has been raised since", () =>
    when(created(), warned("2026-10"), exceeded("2026-10"), updated({ limit: "10000" }))
      .spends(8000)
      .thenNothing())

  it("begins anew with every period", () => {
    when(created(), warned("2026-10"))
      .spends(800, "2026-11-01")
      .thenYields(told("warned", "2026-11", "800"))
    when(created(), warned("2026-10"))
      .spends(800, "2026-09-30")
      .thenYields(told("warned", "2026-09", "800"))
  })

  it("of all time there is one", () => {
    const forEver = { type: "budget.warned", data: { ...told("warned", "2026-10", "800").data, periodStart: null } }
    const story = created({ period: "none" })
    when(story)
      .spends(800, "2026-10-31", "none")
      .thenYields(forEver as BudgetEvent)
    when(story, { event: forEver as BudgetEvent })
      .spends(800, "2027-10-31", "none")
      .thenNothing()
  })

  it("tells nobody of one that is not in force, or that there is not", () => {
    when(created(), updated({ active: false }))
      .spends(5000)
      .thenNothing()
    when().spends(5000).thenNothing()
  })

  describe("remembers twelve periods, and of older ones", () => {
    const months = Array.from({ length: 13 }, (_, index) => `2026-${String(index + 1).padStart(2, "0")}`)
    it("tells nothing once one is forgotten", () => {
      const year = [created(), ...months.slice(0, 12).map(warned), warned("2027-01")]
      when(...year)
        .spends(800, "2026-01-15")
        .thenNothing()
      when(...year)
        .spends(800, "2025-01-15")
        .thenNothing()
      when(...year)
        .spends(1000, "2026-02-15")
        .thenYields(told("exceeded", "2026-02", "1000"))
    })
    it("tells while there is room", () =>
      when(created(), ...months.slice(1, 12).map(warned))
        .spends(800, "2026-01-15")
        .thenYields(told("warned", "2026-01", "800")))
  })
})
