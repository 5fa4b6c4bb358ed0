import type { Fact, JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { expect, it } from "vitest"
import { foldRows } from "./read-model.fold.ts"
import { byRow, type ReadModel, type Row, rowKey } from "./read-model.ts"

type Boxes = Readonly<Record<string, JsonObject>>

/** Boxes by name: `box.put {name, view}`, `box.dropped {name}`. No row while there has never been a box. */
const model: ReadModel<{ readonly version: number; readonly boxes: Boxes }> = {
  name: "boxes",
  category: "box",
  initial: { version: 0, boxes: {} },
  evolve: ({ boxes }, fact: Fact) => {
    const { name, view } = fact.data as { name: string; view: JsonObject }
    const { [name]: _dropped, ...rest } = boxes
    return { version: fact.version, boxes: fact.type === "box.put" ? { ...rest, [name]: view } : rest }
  },
  toRow: (_id, state) =>
    state.version === 0 ? undefined : { version: state.version, view: {}, fold: { boxes: state.boxes } },
  ofRow: ({ version, fold }) => ({ version, boxes: fold.boxes as Boxes }),
  parts: { table: "box_parts", of: (_id, { boxes }) => Object.entries(boxes).map(([key, view]) => ({ key, view })) }
}
const key = { tenant: "acme", id: "1" }
const event = (version: number, type: string, data: JsonObject) =>
  ({ tenant: "acme", streamId: "box-1", version, type, data, metadata: {}, recordedAt: "" }) as unknown as RecordedEvent
const put = (version: number, name: string, view: JsonObject) => event(version, "box.put", { name, view })
const fold = (row: Row | undefined, ...events: ReadonlyArray<RecordedEvent>) => {
  const { rows, parts } = foldRows(model, new Map(row === undefined ? [] : [[rowKey(key), row]]), byRow("box", events))
  const keys = (list: ReadonlyArray<{ readonly key: string }>) => list.map((part) => part.key)
  return { row: rows[0], added: keys(parts.added), changed: keys(parts.changed), removed: keys(parts.removed) }
}

it("adds the parts of a new row, and of a known one writes those that differ from before", () => {
  const first = fold(undefined, put(1, "a", { n: 1 }), put(2, "b", { n: 1 }), put(3, "c", { n: { x: 1, y: 2 } }))
  expect(first).toMatchObject({ row: { version: 3 }, added: ["a", "b", "c"], changed: [], removed: [] })
  const second = fold(
    first.row,
    put(4, "a", { n: 2 }),
    put(5, "d", { n: 1 }),
    event(6, "box.dropped", { name: "b" }),
    // The same, with its keys in another order.
    put(7, "c", { n: { y: 2, x: 1 } })
  )
  expect(second).toMatchObject({ added: ["d"], changed: ["a"], removed: ["b"] })
})

it("counts what changes and changes back within a batch as nothing", () => {
  const { row } = fold(undefined, put(1, "a", { n: 1 }))
  const after = fold(
    row,
    put(2, "a", { n: 2 }),
    put(3, "b", { n: 1 }),
    event(4, "box.dropped", { name: "b" }),
    put(5, "a", { n: 1 })
  )
  expect(after).toMatchObject({ row: { version: 5 }, added: [], changed: [], removed: [] })
})
