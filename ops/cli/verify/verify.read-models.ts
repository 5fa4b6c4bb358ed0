import { approvalReadModel } from "@sluice/approval/approval.read-model"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { decodeEvent } from "@sluice/contracts/event/event.registry"
import { Postgres } from "@sluice/postgres"
import { verifyReadModels } from "@sluice/projection/verify"
import { sessionReadModel } from "@sluice/session/session.read-model"
import { Effect } from "effect"
import type { Tally } from "./verify.report.ts"

const models = [sessionReadModel, approvalReadModel]

const decode = (event: RecordedEvent): RecordedEvent => ({
  ...event,
  ...decodeEvent(event.type, event.schemaVersion, event.data)
})

/** Every row is the fold of its stream, and every event is in the audit (I4). */
export const checkReadModels = (tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    const { drift, drifted } = yield* verifyReadModels({ consumer: "projector", models, decode })
    for (const { table, tenant, streamId, problem } of drift)
      tally.found("drift", `${table} ${tenant} ${streamId}: ${problem}`)
    tally.unnamed("drift", drifted - drift.length)
    const [row] = yield* pg.query<{ rows: number }>(
      (sql) => sql`select (select count(*) from sluice.sessions) + (select count(*) from sluice.approvals) as rows`
    )
    tally.add("rows", row?.rows ?? 0)
  })
