import { Postgres } from "@sluice/postgres"
import { listParked } from "@sluice/projection"
import { Effect } from "effect"
import type { Tally } from "./verify.report.ts"

/** What consumers have not applied for a reason: parked streams, unreadable messages, events given up. */
export const checkConsumers = (tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    for (const { consumer, tenant, streamId, version, waiting, error } of yield* listParked) {
      tally.found(
        "parked",
        `${tenant} ${streamId} waits at version ${version} for ${consumer}, ${waiting} events: ${error}`
      )
    }
    const dead = yield* pg.query<{ consumer: string; sequence: number; subject: string; error: string }>(
      (sql) => sql`select consumer, sequence, subject, error from sluice.consumer_dead order by recorded_at`
    )
    for (const { consumer, sequence, subject, error } of dead) {
      tally.found("dead", `message ${sequence} on ${subject} for ${consumer}: ${error}`)
    }
    const [row] = yield* pg.query<{ skipped: number }>(
      (sql) => sql`select count(*) as skipped from sluice.consumer_skipped`
    )
    tally.add("skipped", row?.skipped ?? 0)
  })
