import type { Fact, JsonObject } from "@sluice/contracts/event/event.envelope"
import { categoryOf, idOf } from "@sluice/contracts/event/event.stream-id"
import postgres from "postgres"
import { afterAll } from "vitest"

interface Model {
  readonly name: string
  readonly category: string
  // biome-ignore lint/suspicious/noExplicitAny: each read model has a state of its own
  readonly initial: any
  // biome-ignore lint/suspicious/noExplicitAny: each read model has events of its own
  readonly evolve: (state: any, fact: any) => unknown
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly toRow: (id: string, state: any) => { version: number; view: JsonObject; fold: JsonObject } | undefined
}

/** Folds everything recorded so far into the read models, as the projector would, which these specs do without. */
export const projected = (adminUrl: string, models: ReadonlyArray<Model>) => {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  afterAll(() => sql.end())
  return async (): Promise<void> => {
    const events = await sql<(Fact & { tenant: string; streamId: string; recordedAt: Date })[]>`
      select tenant, stream_id as "streamId", version, type, data, recorded_at as "recordedAt", metadata -> 'actor' as actor
      from sluice.events order by position`
    const streams = Map.groupBy(events, ({ tenant, streamId }) => `${tenant} ${streamId}`)
    for (const stream of streams.values()) {
      const [{ tenant, streamId }] = stream as [(typeof stream)[0]]
      const model = models.find(({ category }) => category === categoryOf(streamId))
      if (model === undefined) continue
      const facts = stream.map((event) => ({ ...event, recordedAt: new Date(event.recordedAt).toISOString() }))
      const row = model.toRow(idOf(streamId), facts.reduce(model.evolve, model.initial))
      if (row === undefined) continue
      await sql`
        insert into sluice.${sql(model.name)} (tenant, id, version, view, fold, created_at)
        values (${tenant}, ${idOf(streamId)}, ${row.version}, ${sql.json(row.view as never)},
          ${sql.json(row.fold as never)}, ${(row.view as { createdAt: string }).createdAt})
        on conflict (tenant, id) do update set version = excluded.version, view = excluded.view, fold = excluded.fold`
    }
  }
}
