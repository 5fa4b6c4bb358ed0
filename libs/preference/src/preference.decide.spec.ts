import { describe, it } from "vitest"
import { set, unsubscribe } from "./preference.decide.ts"
import { ann, digest, given, unsubscribed, wasSet } from "./preference.spec-support.ts"

describe("set", () => {
  it("sets what is asked for, and the defaults for what is not", () => {
    given()
      .when((state) => set(state, digest))
      .thenYields({ type: "preference.set", data: digest })
    given()
      .when((state) => set(state, { owner: ann, mode: "immediate", email: "ann@example.com" }))
      .thenYields({
        type: "preference.set",
        data: { owner: ann, mode: "immediate", email: "ann@example.com", digestAt: "08:00", timeZone: "UTC" }
      })
  })

  it("replaces: what the body leaves out goes back to its default", () =>
    given(wasSet())
      .when((state) => set(state, { owner: ann, mode: "off" }))
      .thenYields({
        type: "preference.set",
        data: { owner: ann, mode: "off", email: null, digestAt: "08:00", timeZone: "UTC" }
      }))

  it("of the same again is nothing", () =>
    given(wasSet())
      .when((state) => set(state, digest))
      .thenNothing())

  const changes = [
    { email: "other@example.com" },
    { mode: "immediate" },
    { digestAt: "07:31" },
    { timeZone: "UTC" }
  ] as const
  it.each(changes)("of one thing alone is an event: %o", (change) =>
    given(wasSet())
      .when((state) => set(state, { ...digest, ...change }))
      .thenYields({ type: "preference.set", data: { ...digest, ...change } })
  )

  it("switches on again after an unsubscription", () =>
    given(wasSet(), unsubscribed)
      .when((state) => set(state, digest))
      .thenYields({ type: "preference.set", data: digest }))
})

describe("unsubscribe", () => {
  it("switches off", () =>
    given(wasSet())
      .when((state) => unsubscribe(state))
      .thenYields({ type: "preference.unsubscribed", data: { owner: ann } }))

  it.each([
    ["again", [wasSet(), unsubscribed]],
    ["where nothing was set", []],
    ["where it is off anyway", [wasSet({ mode: "off" })]]
  ] as const)("%s is nothing", (_, story) =>
    given(...story)
      .when((state) => unsubscribe(state))
      .thenNothing()
  )
})
