import { Caller } from "@sluice/contracts/http/http.auth"
import { creationCursor } from "@sluice/contracts/http/http.cursor"
import { SessionNotFound } from "@sluice/contracts/session/session.errors"
import type { SessionView } from "@sluice/contracts/session/session.views"
import { session } from "@sluice/session"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { exists } from "../http/command.input.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { readAtLeast } from "../http/read.version.ts"

/** Reads of the read model `sessions`; the functions behind them see the caller's tenant alone. */

export const readSession = (id: string, query: { readonly minVersion?: number; readonly wait?: string }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const row = yield* readAtLeast({
      query,
      look: ask<SessionView | null>((sql) => sql`select sluice.read_session(${tenant}, ${id}) as answer`),
      exists: exists({ category: session, id }),
      notFound: () => new SessionNotFound({ sessionId: id })
    })
    return found(row, row.version)
  })

interface SessionQuery {
  readonly role?: string
  readonly status?: string
  readonly limit?: number
  readonly cursor?: string
}

export const listSessions = (query: SessionQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { role = null, status = null } = query
    return found(
      yield* pageOf({
        query,
        cursor: creationCursor,
        positionOf: ({ createdAt, id }: SessionView) => [createdAt, id] as const,
        fetch: (limit, after) => {
          const [createdAt, id] = after ?? [null, null]
          return ask<ReadonlyArray<SessionView>>(
            (sql) =>
              sql`select sluice.list_sessions(${tenant}, ${role}, ${status}, ${limit}, ${createdAt}, ${id}) as answer`
          )
        }
      })
    )
  })
