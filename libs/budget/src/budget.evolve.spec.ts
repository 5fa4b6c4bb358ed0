import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { created, exceeded, given, type Story, settings, updated, warned } from "./budget.spec-support.ts"
import { view } from "./budget.view.ts"

const shown = (...story: Story) => view("b-1", given(...story).state)

describe("a budget as it is read", () => {
  it("after it was set", () =>
    expect(shown(created())).toEqual({
      id: "b-1",
      ...settings,
      active: true,
      version: 1,
      createdAt: minuteIso(0),
      updatedAt: minuteIso(0)
    }))

  it("after it was changed, and after it was told of", () =>
    expect(shown(created(), updated({ limit: "5", active: false }), warned("2026-10"))).toMatchObject({
      limit: "5",
      active: false,
      notify: ["finance"],
      version: 3,
      updatedAt: minuteIso(2)
    }))

  it("is a defect to ask for where there is none", () => expect(() => shown()).toThrow("does not exist"))
})

describe("the fold", () => {
  const reachedIn = (...story: Story) => {
    const { state } = given(...story)
    return state.status === "none" ? [] : state.reached
  }
  it("knows the most that was told of a period, oldest period first", () => {
    expect(reachedIn(created(), warned("2026-10"), exceeded("2026-10"), warned("2026-09"))).toEqual([
      { period: "2026-09", as: "warned" },
      { period: "2026-10", as: "exceeded" }
    ])
    expect(reachedIn(created(), exceeded("2026-10"), warned("2026-10"))).toEqual([
      { period: "2026-10", as: "exceeded" }
    ])
  })

  it("lets nothing but budget.created begin a budget, and that once", () => {
    expect(given(updated({ name: "x" }), warned("2026-10")).state).toEqual({ status: "none" })
    expect(given(created(), created({ name: "other" })).state).toMatchObject({ name: "October", version: 2 })
  })
})
