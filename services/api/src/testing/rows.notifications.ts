import { freshId } from "@sluice/contracts/id/id.fresh"
import postgres from "postgres"
import { afterAll } from "vitest"

interface Row {
  readonly tenant?: string
  /** `role pm`, `actor user/ada` */
  readonly to?: string
  readonly title?: string
  readonly wantsAction?: boolean
  /** RFC 3339; a second after the one before unless told. */
  readonly createdAt?: string
}

/** Puts notifications and marks into the tables as the notification service would, which these specs do without. */
export const notificationRows = (adminUrl: string) => {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  afterAll(() => sql.end())
  let clock = Date.parse("2026-01-31T12:00:00.001Z")
  return {
    sql,
    /** Answers the notification's id. */
    insert: async ({ tenant = "acme", to = "role pm", title = "x", wantsAction = false, createdAt }: Row = {}) => {
      clock += 1000
      const [kind, audience] = to.split(" ") as [string, string]
      const [id, subject] = [freshId(), freshId()]
      await sql`
        insert into sluice.notifications (tenant, id, rule, audience_kind, audience_id, title, body, subject, path, event_id,
          event_type, position, settle_key, created_at)
        values (${tenant}, ${id}, 'approval-requested', ${kind}, ${audience}, ${title}, null, ${`approval-${subject}`},
          ${`/v1/approvals/${subject}`}, ${freshId()}, 'approval.requested', 1,
          ${wantsAction ? `approval/${subject}` : null}, ${createdAt ?? new Date(clock).toISOString()})`
      return id
    },
    /** Somebody has acted, now. */
    settle: async (id: string): Promise<void> => {
      await sql`
        update sluice.notifications set settled_at = date_trunc('milliseconds', clock_timestamp()) where id = ${id}`
    },
    /** The marks that the log holds. */
    marked: async (): Promise<void> => {
      await sql`
        insert into sluice.notification_marks (tenant, actor, notification_id, read_at, archived_at)
        select tenant, (metadata -> 'actor' ->> 'kind') || '/' || (metadata -> 'actor' ->> 'id'),
          (data ->> 'notificationId')::uuid, min(recorded_at), min(recorded_at) filter (where type = 'notification.archived')
        from sluice.events where type in ('notification.read', 'notification.archived') group by 1, 2, 3
        on conflict on constraint notification_marks_pkey do update set archived_at = excluded.archived_at`
    }
  }
}
