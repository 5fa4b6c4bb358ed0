import { describe, expect, it } from "vitest"
import type { Checkpoint } from "./consumer.checkpoint.ts"
import { startFrom } from "./consumer.start.ts"

const at = (change: Partial<Checkpoint> = {}): Checkpoint => ({
  incarnation: 1,
  streamCreated: "then",
  sequence: 100,
  position: 1000,
  eventId: "e",
  ...change
})
const stream = (first: number, last: number, created = "then") => ({ created, first, last })
const first = [{ incarnation: 1, startSequence: 1 }]

describe("where to read on", () => {
  it("is behind the checkpoint", () => {
    expect(startFrom(at(), stream(1, 200), first)).toEqual({ sequence: 101, incarnation: 1, backfill: false })
  })
  it("is where a new incarnation begins, if that is lower, and the log is asked", () => {
    const incarnations = [...first, { incarnation: 2, startSequence: 90 }, { incarnation: 3, startSequence: 95 }]
    expect(startFrom(at(), stream(1, 200), incarnations)).toEqual({ sequence: 90, incarnation: 3, backfill: true })
  })
  it("is never above the checkpoint, however late the incarnation begins", () => {
    const incarnations = [...first, { incarnation: 2, startSequence: 150 }]
    expect(startFrom(at(), stream(1, 200), incarnations).sequence).toBe(101)
  })
  it("is the first message kept where retention overtook us, and the log is asked", () => {
    expect(startFrom(at(), stream(150, 200), first)).toEqual({ sequence: 150, incarnation: 1, backfill: true })
  })
  it("is the beginning of a stream made anew, and the log is asked", () => {
    expect(startFrom(at(), stream(1, 500, "now"), first)).toEqual({ sequence: 1, incarnation: 1, backfill: true })
  })
  it("is the first message where the broker does not reach as far as we did", () => {
    expect(startFrom(at(), stream(1, 99), first)).toEqual({ sequence: 1, incarnation: 1, backfill: true })
  })
  it("is the beginning for a new consumer, with the log where the broker does not hold everything", () => {
    const fresh = at({ streamCreated: null, sequence: 0, incarnation: 0, position: 0, eventId: null })
    expect(startFrom(fresh, stream(1, 10), first).backfill).toBe(false)
    expect(startFrom(fresh, stream(5, 10), first)).toEqual({ sequence: 5, incarnation: 1, backfill: true })
    expect(startFrom(fresh, stream(1, 10), [...first, { incarnation: 2, startSequence: 3 }]).backfill).toBe(true)
  })
})
