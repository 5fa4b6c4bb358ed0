import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Caller } from "@sluice/contracts/http/http.auth"
import { creationCursor, positionCursor } from "@sluice/contracts/http/http.cursor"
import { RunNotFound } from "@sluice/contracts/run/run.errors"
import type { RunView } from "@sluice/contracts/run/run.views"
import {
  brief,
  contextBefore,
  type LoggedEvent,
  type LoggedOutput,
  phaseDetails,
  run,
  timelineEntry
} from "@sluice/run"
import { runReadModel } from "@sluice/run/run.read-model"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { exists } from "../http/command.input.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { readAtLeast } from "../http/read.version.ts"

/**
 * Reads of the read model `runs`; the functions behind them see the caller's tenant alone. Whatever more than the view is
 * shown of a run is derived from its row, and from its events up to the row's version, so that all of it fits together.
 */

interface Reading {
  readonly minVersion?: number
  readonly wait?: string
}
interface RunRow {
  readonly version: number
  readonly view: JsonObject
  readonly fold: JsonObject
}

const HISTORY = 10

const look = (id: string) =>
  Effect.flatMap(Caller, ({ tenant }) =>
    ask<RunRow | null>((sql) => sql`select sluice.read_run(${tenant}, ${id}) as answer`)
  )

const rowOf = (id: string, query: Reading) =>
  readAtLeast({
    query,
    look: look(id),
    exists: exists({ category: run, id }),
    notFound: () => new RunNotFound({ runId: id })
  })

interface Span {
  readonly types?: ReadonlyArray<string>
  readonly upTo: number
  readonly limit: number | null
  readonly newestFirst: boolean
}
const eventsOf = (id: string, { types, upTo, limit, newestFirst }: Span) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    return yield* ask<ReadonlyArray<LoggedEvent>>(
      (sql) => sql`
        select sluice.read_run_events(
          ${tenant}, ${`run-${id}`}, ${types === undefined ? null : [...types]}::text[], 0, ${upTo}, ${limit}, ${newestFirst}
        ) as answer`
    )
  })

export const readRun = (id: string, query: Reading) =>
  Effect.map(rowOf(id, query), (row) => found(row.view, row.version))

export const readPhases = (id: string, query: Reading) =>
  Effect.map(rowOf(id, query), (row) => found({ items: phaseDetails(id, runReadModel.ofRow(row)) }, row.version))

export const readBrief = (id: string, query: Reading) =>
  Effect.gen(function* () {
    const row = yield* rowOf(id, query)
    const events = yield* eventsOf(id, { upTo: row.version, limit: HISTORY, newestFirst: true })
    return found(brief(id, runReadModel.ofRow(row), events.map(timelineEntry)), row.version)
  })

export const readContext = (id: string, query: Reading & { readonly phase?: string }) =>
  Effect.gen(function* () {
    const row = yield* rowOf(id, query)
    const types = ["run.task-completed"]
    const events = yield* eventsOf(id, { types, upTo: row.version, limit: null, newestFirst: false })
    const outputs = events.map(({ data }) => data as LoggedOutput)
    const context = contextBefore(id, runReadModel.ofRow(row), outputs, query.phase ?? null)
    return found(yield* Effect.fromResult(context), row.version)
  })

interface Page {
  readonly limit?: number
  readonly cursor?: string
}

/** Pages end at a version of the run, so that what happens meanwhile does not move them. */
export const readTimeline = (id: string, query: Page) =>
  Effect.gen(function* () {
    const row = yield* look(id)
    if (row === null) return yield* new RunNotFound({ runId: id })
    return found(
      yield* pageOf({
        query,
        cursor: positionCursor,
        positionOf: ({ version }: ReturnType<typeof timelineEntry>) => [version] as const,
        fetch: (limit, after) => {
          const upTo = after === undefined ? row.version : after[0] - 1
          return Effect.map(eventsOf(id, { upTo, limit, newestFirst: true }), (events) => events.map(timelineEntry))
        }
      })
    )
  })

interface RunQuery extends Page {
  readonly status?: string
  readonly workflow?: string
}

export const listRuns = (query: RunQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { status = null, workflow = null } = query
    return found(
      yield* pageOf({
        query,
        cursor: creationCursor,
        positionOf: ({ createdAt, id }: RunView) => [createdAt, id] as const,
        fetch: (limit, after) => {
          const [createdAt, id] = after ?? [null, null]
          return ask<ReadonlyArray<RunView>>(
            (sql) =>
              sql`select sluice.list_runs(${tenant}, ${status}, ${workflow}, ${limit}, ${createdAt}, ${id}) as answer`
          )
        }
      })
    )
  })
