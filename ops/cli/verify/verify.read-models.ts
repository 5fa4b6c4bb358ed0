import { Postgres } from "@sluice/postgres"
import { tablesOf } from "@sluice/projection/read-model"
import { verifyReadModels } from "@sluice/projection/verify"
import { Effect } from "effect"
import { decode, projector, readModels } from "../shared/read-models.ts"
import type { Tally } from "./verify.report.ts"

/** Every row is the fold of its stream, and every event is in the audit (I4). */
export const checkReadModels = (tally: Tally) =>
  Effect.gen(function* () {
    const pg = yield* Postgres
    for (const [consumer, kept] of Map.groupBy(readModels, ({ consumer }) => consumer)) {
      const models = kept.map(({ model }) => model)
      const { drift, drifted } = yield* verifyReadModels({ consumer, models, decode, audit: consumer === projector })
      for (const { table, tenant, streamId, problem } of drift)
        tally.found("drift", `${table} ${tenant} ${streamId}: ${problem}`)
      tally.unnamed("drift", drifted - drift.length)
    }
    for (const table of readModels.flatMap(({ model }) => tablesOf(model))) {
      const [row] = yield* pg.query<{ rows: number }>(
        (sql) => sql<{ rows: number }[]>`select count(*) as rows from ${sql(`sluice.${table}`)}`
      )
      tally.add("rows", row?.rows ?? 0)
    }
  })
