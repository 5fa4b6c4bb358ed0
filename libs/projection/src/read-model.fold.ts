import { type Fact, type Json, toFact } from "@sluice/contracts/event/event.envelope"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import type { KeyedRow, Part, ReadModel, Row, RowEvents, RowKey } from "./read-model.ts"

/** Pure: which rows and which of their parts have to be written after some events. */

export type KeyedPart = RowKey & Part
export interface PartChanges {
  readonly added: ReadonlyArray<KeyedPart>
  readonly changed: ReadonlyArray<KeyedPart>
  readonly removed: ReadonlyArray<KeyedPart>
}
export interface Folded {
  readonly rows: ReadonlyArray<KeyedRow>
  readonly parts: PartChanges
}

/** The rows after these events, which begin where each row ends, and what that changes of their parts. */
export const foldRows = <S>(
  model: ReadModel<S>,
  rows: ReadonlyMap<string, Row>,
  groups: ReadonlyMap<string, RowEvents>
): Folded => {
  const folded: Array<KeyedRow> = []
  const parts: Changes = { added: [], changed: [], removed: [] }
  for (const [name, { key, events }] of groups) {
    const before = rows.get(name)
    const start = before === undefined ? model.initial : model.ofRow(before)
    let state = start
    for (const event of events) state = model.evolve(state, toFact(event) as Fact<never>)
    const row = model.toRow(key.id, state)
    if (row === undefined) continue
    folded.push({ ...key, ...row })
    if (model.parts === undefined) continue
    const known = before === undefined ? [] : model.parts.of(key.id, start)
    note(parts, key, known, model.parts.of(key.id, state))
  }
  return { rows: folded, parts }
}

interface Changes extends PartChanges {
  readonly added: Array<KeyedPart>
  readonly changed: Array<KeyedPart>
  readonly removed: Array<KeyedPart>
}

const note = (changes: Changes, row: RowKey, before: ReadonlyArray<Part>, after: ReadonlyArray<Part>): void => {
  const left = new Map(before.map((part) => [part.key, part]))
  for (const part of after) {
    const known = left.get(part.key)
    left.delete(part.key)
    if (known === undefined) changes.added.push({ ...row, ...part })
    else if (!sameView(known, part)) changes.changed.push({ ...row, ...part })
  }
  for (const part of left.values()) changes.removed.push({ ...row, ...part })
}

/** Most parts stay as they are, and then their texts are equal too, which is quickly found. */
const sameView = ({ view: before }: Part, { view: after }: Part): boolean =>
  JSON.stringify(before) === JSON.stringify(after) || sameJson(before as Json, after as Json)
