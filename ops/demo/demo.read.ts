import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import type { PhaseView, RunView } from "@sluice/contracts/run/run.views"
import type { SessionView } from "@sluice/contracts/session/session.views"
import { Effect, Schedule } from "effect"
import type { Client } from "../cli/shared/api.client.ts"
import { DemoFailed } from "./demo.errors.ts"
import type { Played } from "./demo.play.ts"
import type { PlayedPlan } from "./plan.play.ts"

/** What people read after the story. */
export interface ReadModels {
  readonly sessions: ReadonlyArray<SessionView>
  readonly approvals: ReadonlyArray<ApprovalView>
  readonly runs: ReadonlyArray<RunView>
  readonly phases: ReadonlyArray<PhaseView>
}

/** Waits until what the story has written can be read (read your own write), then lists it, oldest first. */
export const readModels = (client: Client, played: Played, driven: PlayedPlan | undefined) =>
  Effect.gen(function* () {
    for (const { id, version } of played.sessions.values()) {
      yield* client.sessions.read({ params: { id }, headers: {}, query: { minVersion: version, wait: "10s" } })
    }
    for (const { id, version } of played.approvals.values()) {
      yield* client.approvals.read({ params: { id }, headers: {}, query: { minVersion: version, wait: "10s" } })
    }
    for (const id of driven?.approvals ?? []) yield* decided(client, id)
    const sessions = yield* everyPage((query) => client.sessions.list({ headers: {}, query }))
    const approvals = yield* everyPage((query) => client.approvals.list({ headers: {}, query }))
    const runs = yield* everyPage((query) => client.runs.list({ headers: {}, query }))
    const phases = yield* everyPage((query) => client.phases.list({ headers: {}, query }))
    return { sessions: sessions.reverse(), approvals: approvals.reverse(), runs: runs.reverse(), phases }
  })

/** Waits for an approval whose version nobody was told: it was decided at a checkpoint of the run. */
const decided = (client: Client, id: string) =>
  client.approvals.read({ params: { id }, headers: {}, query: {} }).pipe(
    Effect.repeat({ until: ({ body }) => body.status !== "pending", schedule: Schedule.spaced("50 millis") }),
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () => Effect.fail(DemoFailed.because(`Approval ${id} is pending still`))
    })
  )

interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}
interface PageQuery {
  readonly limit: number
  readonly cursor?: string
}

const everyPage = <A, E, R>(fetch: (query: PageQuery) => Effect.Effect<Page<A>, E, R>) =>
  Effect.gen(function* () {
    const items: Array<A> = []
    let page = yield* fetch({ limit: 200 })
    items.push(...page.items)
    while (page.nextCursor !== null) {
      page = yield* fetch({ limit: 200, cursor: page.nextCursor })
      items.push(...page.items)
    }
    return items
  })
