import { approval } from "@sluice/approval"
import { ApprovalNotFound } from "@sluice/contracts/approval/approval.errors"
import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { creationCursor } from "@sluice/contracts/http/http.cursor"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { exists } from "../http/command.input.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { readAtLeast } from "../http/read.version.ts"

/** Reads of the read model `approvals`; the functions behind them see the caller's tenant alone. */

export const readApproval = (id: string, query: { readonly minVersion?: number; readonly wait?: string }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const row = yield* readAtLeast({
      query,
      look: ask<ApprovalView | null>((sql) => sql`select sluice.read_approval(${tenant}, ${id}) as answer`),
      exists: exists({ category: approval, id }),
      notFound: () => new ApprovalNotFound({ approvalId: id })
    })
    return found(row, row.version)
  })

interface ApprovalQuery {
  readonly status?: string
  readonly role?: string
  readonly subjectType?: string
  readonly subjectId?: string
  readonly awaiting?: "me"
  readonly limit?: number
  readonly cursor?: string
}

export const listApprovals = (query: ApprovalQuery) =>
  Effect.gen(function* () {
    const { tenant, actor } = yield* Caller
    const { status = null, role = null, subjectType = null, subjectId = null } = query
    const mine = query.awaiting === "me" ? actor : undefined
    return found(
      yield* pageOf({
        query,
        cursor: creationCursor,
        positionOf: ({ createdAt, id }: ApprovalView) => [createdAt, id] as const,
        fetch: (limit, after) => {
          const [createdAt, id] = after ?? [null, null]
          return ask<ReadonlyArray<ApprovalView>>(
            (sql) => sql`
              select sluice.list_approvals(
                ${tenant}, ${status}, ${role}, ${subjectType}, ${subjectId},
                ${mine === undefined ? null : [...mine.roles]}::text[], ${mine?.id ?? null},
                ${limit}, ${createdAt}, ${id}
              ) as answer`
          )
        }
      })
    )
  })
