import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import type { SessionView } from "@sluice/contracts/session/session.views"
import { Effect } from "effect"
import type { Client } from "../cli/shared/api.client.ts"
import type { Played } from "./demo.play.ts"

/** What people read after the story. */
export interface ReadModels {
  readonly sessions: ReadonlyArray<SessionView>
  readonly approvals: ReadonlyArray<ApprovalView>
}

/** Waits until what the story has written can be read (read your own write), then lists it, oldest first. */
export const readModels = (client: Client, played: Played) =>
  Effect.gen(function* () {
    for (const { id, version } of played.sessions.values()) {
      yield* client.sessions.read({ params: { id }, headers: {}, query: { minVersion: version, wait: "10s" } })
    }
    for (const { id, version } of played.approvals.values()) {
      yield* client.approvals.read({ params: { id }, headers: {}, query: { minVersion: version, wait: "10s" } })
    }
    const sessions = yield* everyPage((cursor) =>
      client.sessions.list({ headers: {}, query: { limit: 200, ...cursor } })
    )
    const approvals = yield* everyPage((cursor) =>
      client.approvals.list({ headers: {}, query: { limit: 200, ...cursor } })
    )
    return { sessions: sessions.reverse(), approvals: approvals.reverse() } satisfies ReadModels
  })

interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}

const everyPage = <A, E, R>(fetch: (cursor: { readonly cursor?: string }) => Effect.Effect<Page<A>, E, R>) =>
  Effect.gen(function* () {
    const items: Array<A> = []
    let page = yield* fetch({})
    items.push(...page.items)
    while (page.nextCursor !== null) {
      page = yield* fetch({ cursor: page.nextCursor })
      items.push(...page.items)
    }
    return items
  })
