import type { Fact, JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { idOf, streamId } from "@sluice/contracts/event/event.stream-id"

/** A row that is the fold of one stream. */
export interface Row {
  /** Of the newest event folded. */
  readonly version: number
  readonly view: JsonObject
  readonly fold: JsonObject
}

/** A piece of a row's state that can be listed by itself. */
export interface Part {
  /** Unique within its row, as long as the row lives. */
  readonly key: string
  readonly view: JsonObject
}

/** A table `sluice.<table>` (tenant, id, key, view) with the parts of every row. */
export interface Parts<S = never> {
  readonly table: string
  /** `id` is the row's. A `view` has a `createdAt`, which never changes. */
  readonly of: (id: string, state: S) => ReadonlyArray<Part>
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
  /** Written with the row, where they change. */
  readonly parts?: Parts<S>
}

/** The tables of a read model, the one of its rows first. */
export const tablesOf = (model: {
  readonly name: string
  readonly parts?: { readonly table: string }
}): ReadonlyArray<string> => (model.parts === undefined ? [model.name] : [model.name, model.parts.table])

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
