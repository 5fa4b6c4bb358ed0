import { freshId } from "@sluice/contracts/id/id.fresh"
import postgres from "postgres"
import { afterAll } from "vitest"

interface Row {
  readonly subscriptionId: string
  readonly position: number
  readonly status?: "pending" | "delivered" | "dead"
  readonly tenant?: string
}

interface AttemptRow {
  readonly attempt: number
  readonly outcome: string
  readonly responseStatus?: number
  readonly error?: string
  readonly answer?: string
}

/** Puts deliveries into the tables as the notification service would, which these specs do without. */
export const deliveryRows = (adminUrl: string) => {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  afterAll(() => sql.end())
  return {
    sql,
    /** Answers the delivery's id. */
    insert: async ({ subscriptionId, position, status = "dead", tenant = "acme" }: Row): Promise<string> => {
      const id = freshId()
      await sql`
        insert into sluice.deliveries
          (tenant, id, subscription_id, event_id, position, type, stream_id, status, created_at, next_at, ended_at, dead_reason)
        values (${tenant}, ${id}, ${subscriptionId}, ${freshId()}, ${position}, 'session.opened', 'session-1', ${status},
          '2026-01-31T12:00:00.001Z', '2026-01-31T12:00:05.001Z',
          ${status === "pending" ? null : "2026-01-31T13:00:00.001Z"}, ${status === "dead" ? "every attempt failed" : null})`
      return id
    },
    attempt: async (deliveryId: string, row: AttemptRow, tenant = "acme"): Promise<void> => {
      const { attempt, outcome, responseStatus = null, error = null, answer = null } = row
      await sql`
        insert into sluice.delivery_attempts
          (tenant, delivery_id, attempt, started_at, outcome, response_status, latency_ms, error, answer)
        values (${tenant}, ${deliveryId}, ${attempt}, '2026-01-31T12:00:01Z', ${outcome}, ${responseStatus}, 12, ${error}, ${answer})`
      await sql`update sluice.deliveries set attempts = ${attempt} where tenant = ${tenant} and id = ${deliveryId}`
    },
    status: async (deliveryId: string, status: "pending" | "delivered" | "dead"): Promise<void> => {
      await sql`
        update sluice.deliveries set status = ${status}, ended_at = case when ${status} = 'pending' then null else now() end
        where id = ${deliveryId}`
    }
  }
}
