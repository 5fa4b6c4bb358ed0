import { type Fact, type JsonObject, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import { idOf, streamId } from "@sluice/contracts/event/event.stream-id"

/** A row that is the fold of one stream. */
export interface Row {
  /** Of the newest event folded. */
  readonly version: number
  readonly view: JsonObject
  readonly fold: JsonObject
}

/**
 * A table `sluice.<name>` (tenant, id, version, view, fold) with one row per stream of a category: what is read, and what
 * the fold keeps beside it. Pure, so that `verify` recomputes every row from the log by the same means.
 */
export interface ReadModel<S = never> {
  readonly name: string
  readonly category: string
  readonly initial: S
  readonly evolve: (state: S, fact: Fact<never>) => S
  /** Undefined while there is nothing to show. */
  readonly toRow: (id: string, state: S) => Row | undefined
  readonly ofRow: (row: Row) => S
}

export interface RowKey {
  readonly tenant: string
  readonly id: string
}
export type KeyedRow = RowKey & Row

export const rowKey = ({ tenant, id }: RowKey): string => `${tenant} ${id}`
export const keyOf = (event: { readonly tenant: string; readonly streamId: string }): RowKey => ({
  tenant: event.tenant,
  id: idOf(event.streamId)
})

/** Events of one stream in a batch, in the order of their versions. */
export interface RowEvents {
  readonly key: RowKey
  readonly events: Array<RecordedEvent>
}

/** The events of a category by `rowKey`; they come in the order of the log. */
export const byRow = (category: string, events: ReadonlyArray<RecordedEvent>): ReadonlyMap<string, RowEvents> => {
  const groups = new Map<string, RowEvents>()
  const prefix = streamId(category, "")
  for (const event of events) {
    if (!event.streamId.startsWith(prefix)) continue
    const key = keyOf(event)
    const name = rowKey(key)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { key, events: [event] })
    else group.events.push(event)
  }
  return groups
}

/** The rows after these events, which begin where each row ends. */
export const foldRows = <S>(
  model: ReadModel<S>,
  rows: ReadonlyMap<string, Row>,
  groups: ReadonlyMap<string, RowEvents>
): ReadonlyArray<KeyedRow> => {
  const folded: Array<KeyedRow> = []
  for (const [name, { key, events }] of groups) {
    const before = rows.get(name)
    let state = before === undefined ? model.initial : model.ofRow(before)
    for (const event of events) state = model.evolve(state, toFact(event) as Fact<never>)
    const row = model.toRow(key.id, state)
    if (row !== undefined) folded.push({ ...key, ...row })
  }
  return folded
}
