import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

/** At rest every delivery has been made, what is said to be delivered has arrived, and a strict order was kept. */
export const checkWebhooks = async ({ sql, webhooks }: Rig, findings: Findings): Promise<void> => {
  for (const [name, id] of webhooks.subscriptions) {
    const arrived = webhooks.arrived.get(name) ?? new Map<string, number>()
    const rows = await sql<{ id: string; status: string; deadReason: string | null; position: number }[]>`
      select id, status, dead_reason as "deadReason", position::float8 as position from sluice.deliveries
      where subscription_id = ${id} order by position`
    for (const { id, status, deadReason } of rows) {
      if (status !== "delivered")
        findings.add("lost", `delivery ${id} is ${status}${deadReason ? `: ${deadReason}` : ""}`)
      if (!arrived.has(id)) findings.add("lost", `delivery ${id} never arrived`)
    }
    if (arrived.size > rows.length)
      findings.add("wrong", `${arrived.size - rows.length} deliveries arrived of which nobody knows`)
    if (name !== "strict") continue
    let newest = 0
    for (const [id, position] of arrived) {
      if (position < newest) findings.add("wrong", `delivery ${id} arrived behind a later one`)
      newest = Math.max(newest, position)
    }
  }
}
