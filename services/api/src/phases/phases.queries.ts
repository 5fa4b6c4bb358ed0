import { Caller } from "@sluice/contracts/http/http.auth"
import { phaseCursor } from "@sluice/contracts/http/http.cursor"
import type { PhaseView } from "@sluice/contracts/run/run.views"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"

interface PhaseQuery {
  readonly status?: string
  readonly workflow?: string
  readonly role?: string
  readonly limit?: number
  readonly cursor?: string
}

/** Phases of all runs of the caller's tenant: of the newest run first, and within a run in their order. */
export const listPhases = (query: PhaseQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { status = null, workflow = null, role = null } = query
    return found(
      yield* pageOf({
        query,
        cursor: phaseCursor,
        positionOf: ({ createdAt, runId, order }: PhaseView) => [createdAt, runId, order] as const,
        fetch: (limit, after) => {
          const [createdAt, id, order] = after ?? [null, null, null]
          return ask<ReadonlyArray<PhaseView>>(
            (sql) => sql`
              select sluice.list_phases(
                ${tenant}, ${status}, ${workflow}, ${role}, ${limit}, ${createdAt}, ${id}, ${order}
              ) as answer`
          )
        }
      })
    )
  })
