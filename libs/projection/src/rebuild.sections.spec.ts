import { expect, it } from "vitest"
import { type StreamSpan, sectionsOf } from "./rebuild.sections.ts"

const stream = (streamId: string, after: number, upTo: number): StreamSpan => ({
  tenant: "acme",
  streamId,
  after,
  upTo,
  skipped: []
})
const cut = (streams: ReadonlyArray<StreamSpan>, size: number) =>
  sectionsOf(streams, size).map((section) => section.map(({ streamId, after, upTo }) => `${streamId} ${after}-${upTo}`))

it("cuts streams into sections of bounded size, a long one into several, in order", () => {
  expect(cut([stream("a", 0, 3), stream("b", 2, 4), stream("c", 0, 12)], 5)).toEqual([
    ["a 0-3", "b 2-4"],
    ["c 0-5"],
    ["c 5-10"],
    ["c 10-12"]
  ])
  expect(cut([stream("a", 0, 3), stream("b", 0, 4)], 5)).toEqual([["a 0-3", "b 0-2"], ["b 2-4"]])
})

it("leaves out streams of which nothing is left", () =>
  expect(cut([stream("a", 3, 3), stream("b", 4, 2), stream("c", 0, 1)], 5)).toEqual([["c 0-1"]]))
