import { holdsWithin } from "@sluice/embedded"
import type { Rig } from "./rig.ts"

/** What is still under way. */
interface Backlog {
  readonly newest: number
  readonly published: number
  readonly applied: number
  /** Timers of approvals, all of which are due within seconds. */
  readonly timers: number
  /** Webhooks that have not been delivered. */
  readonly webhooks: number
}

const settleWithin = 60_000

/**
 * Waits, at rest, until every event has been published, applied and delivered, also what a repair publishes again, and no
 * approval is left to lapse. Rejects with what is left when that does not come about by itself.
 */
export const settle = async ({ sql }: Rig): Promise<void> => {
  let left: Backlog | undefined
  const settled = await holdsWithin(
    settleWithin,
    async () => {
      const [row] = await sql<Backlog[]>`
        select coalesce((select max(position) from sluice.events), 0)::integer as newest,
          (select floor from sluice.relay_state)::integer as published,
          coalesce((
            select min(coalesce(position, 0)) from unnest(array['projector', 'coordinator', 'notification', 'billing']) name
            left join sluice.consumers on consumer = name
          ), 0)::integer as applied,
          (select count(*) from sluice.timers where kind like 'approval-%')::integer as timers,
          (select count(*) from sluice.deliveries where status = 'pending')::integer as webhooks`
      left = row
      return (
        row !== undefined &&
        row.published >= row.newest &&
        row.applied >= row.newest &&
        row.timers === 0 &&
        row.webhooks === 0
      )
    },
    50
  )
  if (settled) return
  throw new Error(
    `not settled after ${settleWithin} ms: events up to ${left?.newest}, published up to ${left?.published}, applied up to ${left?.applied}, timers ${left?.timers}, webhooks ${left?.webhooks}`
  )
}
