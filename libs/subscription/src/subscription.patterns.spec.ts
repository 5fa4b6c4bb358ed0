import { eventTypes } from "@sluice/contracts/event/event.registry"
import { describe, expect, it } from "vitest"
import { patternIssues, patternMatches } from "./subscription.patterns.ts"

const ofCategory = (...categories: ReadonlyArray<string>) =>
  eventTypes.filter(({ category }) => categories.includes(category)).map(({ type }) => type as string)
const matched = (pattern: string) =>
  eventTypes.map(({ type }) => type as string).filter((type) => patternMatches(pattern, type))

describe("patterns", () => {
  it("name a type, or any of a place", () => {
    expect(matched("approval.approved")).toEqual(["approval.approved"])
    expect(matched("approval.*")).toEqual(ofCategory("approval"))
    expect(matched("*.cancelled")).toEqual(expect.arrayContaining(["approval.cancelled", "run.cancelled"]))
    expect(matched("*.cancelled").every((type) => type.endsWith(".cancelled"))).toBe(true)
  })

  it("never mean what is about delivery itself", () => {
    const unheard = ofCategory("subscription", "preference", "notification")
    expect(unheard.length).toBeGreaterThan(10)
    expect(matched("*.*").toSorted()).toEqual(
      eventTypes
        .map(({ type }) => type as string)
        .filter((type) => !unheard.includes(type))
        .toSorted()
    )
    for (const type of unheard) expect(patternMatches(type, type)).toBe(false)
  })

  it.each([
    "*",
    "approval",
    "approval.",
    ".approved",
    "approval.app*",
    "a*.approved",
    "approval.*.*",
    "**",
    "",
    "Approval.*"
  ])("%j matches nothing", (pattern) => expect(matched(pattern)).toEqual([]))

  it("have every one that matches nothing named", () =>
    expect(patternIssues(["approval.*", "approval.aproved", "*.*", "subscription.created", "*"])).toEqual([
      { pointer: "/types/1", message: "matches no type of event" },
      { pointer: "/types/3", message: "matches no type of event" },
      { pointer: "/types/4", message: "matches no type of event" }
    ]))
})
