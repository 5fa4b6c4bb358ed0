import { holdsWithin } from "@sluice/embedded"
import type { Rig } from "./rig.ts"

/** What is still under way. */
interface Backlog {
  readonly newest: number
  readonly published: number
  readonly applied: number
}

const settleWithin = 60_000

/**
 * Waits, at rest, until every event has been published and applied; also what a repair publishes again. Rejects with
 * what is left when that does not come about by itself.
 */
export const settle = async ({ sql }: Rig): Promise<void> => {
  let left: Backlog | undefined
  const settled = await holdsWithin(
    settleWithin,
    async () => {
      const [row] = await sql<Backlog[]>`
        select coalesce((select max(position) from sluice.events), 0)::integer as newest,
          (select floor from sluice.relay_state)::integer as published,
          coalesce((select position from sluice.consumers where consumer = 'projector'), 0)::integer as applied`
      left = row
      return row !== undefined && row.published >= row.newest && row.applied >= row.newest
    },
    50
  )
  if (settled) return
  throw new Error(
    `not settled after ${settleWithin} ms: events up to ${left?.newest}, published up to ${left?.published}, applied up to ${left?.applied}`
  )
}
