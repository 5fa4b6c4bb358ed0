import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { archive, markRead } from "./mark.decide.ts"
import { about, archived, given, read } from "./mark.spec-support.ts"

describe("marking as read", () => {
  it("is said once", () => {
    given()
      .when((state) => markRead(state, about))
      .thenYields(read.event)
    given(read)
      .when((state) => markRead(state, about))
      .thenNothing()
  })
  it("of what was put away changes nothing", () =>
    given(archived)
      .when((state) => markRead(state, about))
      .thenNothing())
})

describe("putting away", () => {
  it.each([[[]], [[read]]])("is said once, read before or not: %j", (story) => {
    given(...story)
      .when((state) => archive(state, about))
      .thenYields(archived.event)
    given(...story, archived)
      .when((state) => archive(state, about))
      .thenNothing()
  })
  it("is reading too, at the time of the first of the two", () => {
    expect(given(archived).state).toEqual({ status: "archived", readAt: minuteIso(0), archivedAt: minuteIso(0) })
    expect(given(read, archived).state).toEqual({ status: "archived", readAt: minuteIso(0), archivedAt: minuteIso(1) })
  })
})
