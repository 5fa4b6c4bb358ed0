import { type Fact, type JsonObject, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import { idOf } from "@sluice/contracts/event/event.stream-id"

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

/** The rows after these events, which are in the order of their versions and begin where each row ends. */
export const foldRows = <S>(
  model: ReadModel<S>,
  rows: ReadonlyMap<string, Row>,
  events: ReadonlyArray<RecordedEvent>
): ReadonlyArray<KeyedRow> => {
  const states = new Map<string, { readonly key: RowKey; state: S }>()
  for (const event of events) {
    const key = keyOf(event)
    const name = rowKey(key)
    let held = states.get(name)
    if (held === undefined) {
      const row = rows.get(name)
      held = { key, state: row === undefined ? model.initial : model.ofRow(row) }
      states.set(name, held)
    }
    held.state = model.evolve(held.state, toFact(event) as Fact<never>)
  }
  return [...states.values()].flatMap(({ key, state }) => {
    const row = model.toRow(key.id, state)
    return row === undefined ? [] : [{ ...key, ...row }]
  })
}
