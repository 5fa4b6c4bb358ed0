import { type Fact, type Json, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import type { Part, ReadModel, Row } from "./read-model.ts"

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
export interface StoredPart extends Part {
  readonly createdAt: Date
}

/** Something that is not as the events say. */
export interface Drift {
  readonly table: string
  readonly tenant: string
  readonly streamId: string
  readonly problem: string
}

/** Recomputes one stream's row and its parts from its events, one after the other, and says what differs. */
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
    finish: (row: StoredRow | undefined, parts: ReadonlyArray<StoredPart>) => {
      if (model === undefined) return { behind, problem, partProblems: [] }
      const folds = problem === undefined
      const id = idOf(stream.streamId)
      const expected = folds ? model.toRow(id, state) : undefined
      if (folds) problem = difference(expected, row)
      const expectedParts = expected === undefined ? [] : (model.parts?.of(id, state) ?? [])
      return { behind, problem, partProblems: folds ? differentParts(expectedParts, parts) : [] }
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

const differentParts = (expected: ReadonlyArray<Part>, stored: ReadonlyArray<StoredPart>): ReadonlyArray<string> => {
  const left = new Map(stored.map((part) => [part.key, part]))
  const problems: Array<string> = []
  for (const { key, view } of expected) {
    const part = left.get(key)
    left.delete(key)
    if (part === undefined) problems.push(`${key} is missing`)
    else if (!sameJson(part.view as Json, view as Json)) problems.push(`The view of ${key} differs`)
    else if (part.createdAt.toISOString() !== view.createdAt)
      problems.push(`created_at of ${key} differs from the view`)
  }
  for (const key of left.keys()) problems.push(`There is ${key}, and the events give none`)
  return problems
}
