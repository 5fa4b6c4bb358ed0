import type { AuditEntry } from "@sluice/contracts/audit/audit.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { positionCursor } from "@sluice/contracts/http/http.cursor"
import { DateTime, Effect } from "effect"
import { found } from "../http/answers.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { correlationIdOf } from "../http/trace.ts"

interface AuditQuery {
  readonly correlationId?: string
  readonly actor?: string
  readonly subject?: string
  readonly from?: DateTime.Utc
  readonly to?: DateTime.Utc
  readonly limit?: number
  readonly cursor?: string
}

/** Every event of the caller's tenant, newest first. */
export const listAudit = (query: AuditQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { actor = null, subject = null, from, to } = query
    const correlationId = query.correlationId === undefined ? null : correlationIdOf(query.correlationId.toLowerCase())
    return found(
      yield* pageOf({
        query,
        cursor: positionCursor,
        positionOf: ({ position }: AuditEntry) => [position] as const,
        fetch: (limit, after) =>
          ask<ReadonlyArray<AuditEntry>>(
            (sql) => sql`
              select sluice.read_audit(
                ${tenant}, ${correlationId}, ${actor}, ${subject},
                ${from === undefined ? null : DateTime.formatIso(from)}::timestamptz,
                ${to === undefined ? null : DateTime.formatIso(to)}::timestamptz,
                ${limit}, ${after?.[0] ?? null}
              ) as answer`
          )
      })
    )
  })
