/**
 * Proves on a live system that every row, and every part of one, is the fold of its stream (I4), and that every event is
 * in the audit.
 *
 * Goes through all streams in pages. A page is one snapshot of the database, so checkpoint, parked streams, rows and events
 * belong together whatever the consumer does meanwhile: a row has to equal the fold of exactly the events that lie before the
 * checkpoint, less those that wait behind a parked one and the skipped ones (`consumer_version`), and the audit has to hold
 * exactly these. Memory is bounded by a page of streams and a chunk of events. Needs the role `sluice_operator`.
 */
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import { Effect } from "effect"
import { keyOf, type ReadModel, rowKey, tablesOf } from "./read-model.ts"
import { type CheckedStream, checkStream, type Drift } from "./verify.fold.ts"
import {
  auditFaults,
  eventsBetween,
  onSnapshot,
  type StreamKey,
  skippedCount,
  storedParts,
  storedRows,
  strayAudit,
  strayRows,
  streamsAfter
} from "./verify.page.ts"

export type { Drift } from "./verify.fold.ts"

export interface VerifyOptions {
  readonly consumer: string
  // biome-ignore lint/suspicious/noExplicitAny: each read model has a state of its own
  readonly models: ReadonlyArray<ReadModel<any>>
  readonly decode: (event: RecordedEvent) => RecordedEvent
  /** Whether the consumer keeps the audit too, which is about every stream; otherwise only those of its models are read. */
  readonly audit: boolean
}
export interface VerifyReport {
  /** Events looked at. */
  readonly events: number
  /** Everything found wrong, the first hundred of it. */
  readonly drift: ReadonlyArray<Drift>
  readonly drifted: number
  /** Events that an operator decided never to apply. */
  readonly skipped: number
  /** Events that are not applied yet, those that wait behind a parked one included. */
  readonly behind: number
}

const STREAMS = 200
const EVENTS = 2000

export const verifyReadModels = (options: VerifyOptions) =>
  Effect.gen(function* () {
    const drift: Array<Drift> = []
    let drifted = 0
    let events = 0
    let behind = 0
    const report = (found: Drift) => {
      drifted += 1
      if (drift.length < 100) drift.push(found)
    }
    const tables = [...options.models.flatMap(tablesOf), ...(options.audit ? ["audit"] : [])]
    let after: StreamKey | undefined = { tenant: "", streamId: "" }
    while (after !== undefined) {
      const page: Page = yield* onSnapshot(tables, verifyPage(options, after, report))
      events += page.events
      behind += page.behind
      after = page.last
    }
    for (const model of options.models) {
      for (const table of tablesOf(model)) {
        for (const stray of yield* strayRows(table, model.category))
          report({ table, ...stray, problem: "There is no such stream" })
      }
    }
    for (const stray of options.audit ? yield* strayAudit : [])
      report({ table: "audit", ...stray, problem: "There is no such event" })
    return { events, drift, drifted, skipped: yield* skippedCount(options.consumer), behind } satisfies VerifyReport
  })

interface Page {
  readonly events: number
  readonly behind: number
  /** Where the next page begins; undefined at the end. */
  readonly last: StreamKey | undefined
}

const verifyPage = (
  { consumer, models, decode, audit }: VerifyOptions,
  after: StreamKey,
  report: (found: Drift) => void
) =>
  Effect.gen(function* () {
    const categories = audit ? null : models.map(({ category }) => category)
    const streams = yield* streamsAfter(consumer, after, STREAMS, categories)
    const last = streams.at(-1)
    if (last === undefined) return { events: 0, behind: 0, last: undefined }
    const rows = new Map<string, Effect.Success<ReturnType<typeof storedRows>>>()
    const parts = new Map<string, Effect.Success<ReturnType<typeof storedParts>>>()
    for (const model of models) {
      const ours = streams.filter(({ streamId }) => categoryOf(streamId) === model.category)
      rows.set(model.category, yield* storedRows(model.name, ours.map(keyOf)))
      if (model.parts !== undefined) parts.set(model.category, yield* storedParts(model.parts.table, ours.map(keyOf)))
    }
    const checks = new Map(
      streams.map((stream) => [name(stream), checkStream(modelOf(models, stream), stream, decode)] as const)
    )
    let cursor = { ...after, version: 2 ** 31 - 1 }
    let events = 0
    while (true) {
      const chunk = yield* eventsBetween(cursor, last, EVENTS, categories)
      const applied = chunk.map((event) => checks.get(name(event))?.add(event) ?? false)
      events += chunk.length
      const positions = chunk.map(({ position }) => position)
      for (const { found, version, ...stream } of audit ? yield* auditFaults(positions, applied) : []) {
        report({
          table: "audit",
          ...stream,
          problem: `Version ${version} is ${found ? "not as the event" : "missing"}`
        })
      }
      const end = chunk.at(-1)
      if (end === undefined || chunk.length < EVENTS) break
      cursor = { tenant: end.tenant, streamId: end.streamId, version: end.version }
    }
    let behind = 0
    for (const stream of streams) {
      const { tenant, streamId } = stream
      const row = rows.get(categoryOf(streamId))?.get(rowKey(keyOf(stream)))
      const itsParts = parts.get(categoryOf(streamId))?.get(rowKey(keyOf(stream))) ?? []
      const result = checks.get(name(stream))?.finish(row, itsParts)
      const model = modelOf(models, stream)
      behind += result?.behind ?? 0
      if (model === undefined || result === undefined) continue
      if (result.problem !== undefined) report({ table: model.name, tenant, streamId, problem: result.problem })
      for (const problem of result.partProblems)
        report({ table: model.parts?.table ?? model.name, tenant, streamId, problem })
    }
    return { events, behind, last }
  })

const name = ({ tenant, streamId }: StreamKey): string => `${tenant} ${streamId}`
const modelOf = (models: VerifyOptions["models"], stream: Pick<CheckedStream, "streamId">) =>
  models.find(({ category }) => category === categoryOf(stream.streamId))
