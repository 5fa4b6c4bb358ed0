import { type Fact, type Json, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import type { ReadModel, Row } from "./read-model.ts"

/** A stream as a snapshot of the database shows it. */
export interface CheckedStream {
  readonly tenant: string
  readonly streamId: string
  /** Version up to which the consumer says it has applied it. */
  readonly seen: number
  readonly skipped: ReadonlyArray<number>
}
export interface StoredRow extends Row {
  readonly createdAt: Date
}

/** Something that is not as the events say. */
export interface Drift {
  readonly table: string
  readonly tenant: string
  readonly streamId: string
  readonly problem: string
}

/** Recomputes one stream's row from its events, one after the other, and says what differs. */
export const checkStream = <S>(
  model: ReadModel<S> | undefined,
  stream: CheckedStream,
  decode: (event: RecordedEvent) => RecordedEvent
) => {
  let state = model?.initial as S
  let problem: string | undefined
  let behind = 0
  return {
    /** Takes the next event. Answers whether it should have been applied. */
    add: (event: RecordedEvent): boolean => {
      const { version } = event
      if (version > stream.seen) {
        behind += 1
        return false
      }
      if (stream.skipped.includes(version)) return false
      if (model !== undefined) {
        try {
          state = model.evolve(state, toFact(decode(event)) as Fact<never>)
        } catch (error) {
          problem ??= `Version ${version} is applied and cannot be folded: ${String(error)}`
        }
      }
      return true
    },
    finish: (row: StoredRow | undefined) => {
      if (model !== undefined) problem ??= difference(model.toRow(idOf(stream.streamId), state), row)
      return { behind, problem }
    }
  }
}

const difference = (expected: Row | undefined, row: StoredRow | undefined): string | undefined => {
  if (expected === undefined) return row === undefined ? undefined : "There is a row, and the events give none"
  if (row === undefined) return "The row is missing"
  if (row.version !== expected.version) return `The row is at version ${row.version}, the fold at ${expected.version}`
  for (const part of ["view", "fold"] as const) {
    if (!sameJson(row[part] as Json, expected[part] as Json))
      return `${part} differs from the fold at version ${row.version}`
  }
  return row.createdAt.toISOString() === expected.view.createdAt ? undefined : "created_at differs from the view"
}
