import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import type { SessionView } from "@sluice/contracts/session/session.views"
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
  return {
    sql,
    session: (view: SessionView, tenant = "acme") => insert("sessions", tenant, view),
    approval: (view: ApprovalView, tenant = "acme") => insert("approvals", tenant, view)
  }
}
