import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import type { SessionView } from "@sluice/contracts/session/session.views"
import { runReadModel } from "@sluice/run/run.read-model"
import postgres from "postgres"
import { afterAll } from "vitest"

/** Puts rows into the read models as the projector would, which these specs do without. */
export const readModels = (adminUrl: string) => {
  const sql = postgres(adminUrl, { max: 2, onnotice: () => {} })
  afterAll(() => sql.end())
  const insert = async (table: "sessions" | "approvals", tenant: string, view: SessionView | ApprovalView) => {
    await sql`
      insert into sluice.${sql(table)} (tenant, id, version, view, fold, created_at)
      values (${tenant}, ${view.id}, ${view.version}, ${sql.json(view as never)}, '{}', ${view.createdAt})
      on conflict (tenant, id) do update set version = excluded.version, view = excluded.view`
  }
  /** The row of a run and those of its phases, from the log as it is. */
  const run = async (id: string, tenant = "acme"): Promise<void> => {
    const facts = await sql<Array<Fact<RunEvent>>>`
      select type, data, version, metadata -> 'actor' as actor,
        to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt"
      from sluice.events where tenant = ${tenant} and stream_id = ${`run-${id}`} order by version`
    const state = facts.reduce(runReadModel.evolve, runReadModel.initial)
    const { version, view, fold } = runReadModel.toRow(id, state) ?? {}
    const createdAt = view?.createdAt as string
    await sql.begin(async (transaction) => {
      await transaction`delete from sluice.runs where tenant = ${tenant} and id = ${id}`
      await transaction`delete from sluice.phases where tenant = ${tenant} and id = ${id}`
      await transaction`
        insert into sluice.runs (tenant, id, version, view, fold, created_at)
        values (${tenant}, ${id}, ${version as number}, ${sql.json(view as never)}, ${sql.json(fold as never)}, ${createdAt})`
      for (const part of runReadModel.parts.of(id, state))
        await transaction`
          insert into sluice.phases (tenant, id, key, view, created_at)
          values (${tenant}, ${id}, ${part.key}, ${sql.json(part.view as never)}, ${createdAt})`
    })
  }
  return {
    sql,
    run,
    session: (view: SessionView, tenant = "acme") => insert("sessions", tenant, view),
    approval: (view: ApprovalView, tenant = "acme") => insert("approvals", tenant, view)
  }
}
