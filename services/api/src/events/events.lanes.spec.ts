import { IncomingMessage, ServerResponse } from "node:http"
import { Socket } from "node:net"
import type { FeedFilter } from "@sluice/contracts/feed/feed.filter"
import { describe, expect, it } from "vitest"
import { Lanes } from "./events.lanes.ts"
import type { TailedEvent } from "./events.log.ts"
import { FeedReader } from "./events.reader.ts"

const readerAt = (position: number, { tenant = "acme", filter = {} as FeedFilter } = {}) => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  const ids: Array<number> = []
  response.write = ((frames: Buffer) => {
    ids.push(...[...String(frames).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)))
    return true
  }) as typeof response.write
  return { reader: new FeedReader(response, { tenant, filter, position }, 1_000), ids }
}
const eventsAt = (positions: ReadonlyArray<number>, tenant = "acme"): ReadonlyArray<TailedEvent> =>
  positions.map((position) => ({
    tenant,
    position,
    type: "session.opened",
    subject: `session-${position % 2}`,
    message: "{}"
  }))
const lanes = () => {
  const all = new Lanes()
  const tell = (events: ReadonlyArray<TailedEvent>, horizon: number, cut = false) =>
    all.deliver(all.behind(horizon), events, horizon, cut)
  return { all, tell }
}

describe("lanes", () => {
  it("let nobody in who would miss what the tail has read meanwhile, nor tell twice what was read before", () => {
    const { all, tell } = lanes()
    const [first, late, early] = [readerAt(10), readerAt(10), readerAt(25)]
    expect(all.join(first.reader)).toBe(true)
    tell(eventsAt([11, 20]), 20)
    expect(all.join(late.reader)).toBe(false)
    late.reader.position = 20
    expect([all.join(late.reader), all.join(early.reader)]).toEqual([true, true])
    tell(eventsAt([22, 25, 26]), 30)
    tell(eventsAt([31]), 31)
    expect([first.ids, late.ids, early.ids]).toEqual([
      [11, 20, 22, 25, 26, 31],
      [22, 25, 26, 31],
      [26, 31]
    ])
    expect([first, late, early].map(({ reader }) => reader.position)).toEqual([31, 31, 31])
  })

  it("keep to what each reader wants", () => {
    const { all, tell } = lanes()
    const odd = readerAt(0, { filter: { subject: "session-1" } })
    const none = readerAt(0, { filter: { category: ["approval"] } })
    const other = readerAt(0, { tenant: "other" })
    for (const { reader } of [odd, none, other]) all.join(reader)
    tell([...eventsAt([1, 2, 3]), ...eventsAt([4, 5], "other")], 9)
    expect([odd.ids, none.ids, other.ids]).toEqual([[1, 3], [], [4, 5]])
    expect(none.reader.position).toBe(9)
  })

  it("take turns when a read was cut short: who was not looked at is first the next time, and misses nothing", () => {
    const { all, tell } = lanes()
    const [a, b] = [readerAt(0, { tenant: "a" }), readerAt(0, { tenant: "b" })]
    for (const { reader } of [a, b]) all.join(reader)
    tell(eventsAt([1, 2], "a"), 9, true)
    expect(all.behind(9).map(({ tenant, position }) => [tenant, position])).toEqual([
      ["b", 0],
      ["a", 2]
    ])
    tell([...eventsAt([3], "b"), ...eventsAt([4], "a")], 9)
    expect([a.ids, b.ids, all.behind(9)]).toEqual([[1, 2, 4], [3], []])
  })

  it("end with their last reader", () => {
    const { all, tell } = lanes()
    const { reader, ids } = readerAt(0)
    all.join(reader)
    const asked = all.behind(9)
    all.leave(reader)
    all.deliver(asked, eventsAt([1]), 9, false)
    tell(eventsAt([1]), 9)
    expect([all.size, ids]).toEqual([0, []])
  })
})
