import { describe, expect, it } from "vitest"
import { eventTypes } from "../event/event.registry.ts"
import { coveringSubject, meansType, patternFault } from "./subscriber.patterns.ts"

/** Whether NATS would deliver a subject under a filter. */
const matches = (filter: string, subject: string): boolean => {
  const wanted = filter.split(".")
  const tokens = subject.split(".")
  return wanted.length === tokens.length && wanted.every((token, index) => token === "*" || token === tokens[index])
}

describe("patterns of events", () => {
  it.each(["approval", "approval.*.more", "nothing.*", "*.nothing", "", ".", ">", "*", "approval.>", "evt.acme"])(
    "%s means nothing",
    (pattern) => expect(patternFault(pattern)).toMatch(/no type of event/)
  )

  it("mean each type by its own name, its category, its event, and all by *.*", () => {
    for (const { type } of eventTypes) {
      const [category, event] = type.split(".")
      for (const pattern of [type, `${category}.*`, `*.${event}`, "*.*"]) {
        expect(meansType(pattern, type)).toBe(true)
        expect(patternFault(pattern)).toBeUndefined()
      }
      expect(meansType(`${category}.other`, type)).toBe(false)
    }
  })

  it("are covered by a subject: nothing that is meant is left out, and one pattern brings nothing else", () => {
    const patterns = ["approval.*", "*.completed", "run.started", "session.opened", "*.*"]
    const subjectOf = (type: string) => `evt.acme.${type}.7`
    for (const one of patterns) {
      for (const { type } of eventTypes) {
        expect(matches(coveringSubject("acme", [one]), subjectOf(type))).toBe(meansType(one, type))
        for (const other of patterns) {
          const meant = meansType(one, type) || meansType(other, type)
          if (meant) expect(matches(coveringSubject("acme", [one, other]), subjectOf(type))).toBe(true)
        }
      }
    }
  })
})
