import { holdsWithin } from "@sluice/embedded"
import type { Service } from "@sluice/ops/dev/service.process"
import type { ServiceName } from "@sluice/ops/dev/stack.services"
import { type Rig, servicesOf } from "./rig.ts"

/** The services of which one instance is active, and the lease that says which (the coordinator has another one for its consumer; webhooks and mails are sent by every instance of notification). */
export const leases = {
  "outbox-relay": "outbox-relay",
  projector: "consumer-projector",
  coordinator: "timers",
  notification: "consumer-notification",
  billing: "consumer-billing"
} as const
export type Leased = keyof typeof leases
export const isLeased = (name: ServiceName): name is Leased => name in leases

interface Holder {
  readonly owner: string | null
  readonly epoch: number
}

const holderOf = async ({ sql }: Rig, name: Leased): Promise<Holder | undefined> => {
  const [row] = await sql<{ owner: string | null; epoch: number }[]>`
    select owner, epoch::integer as epoch from sluice.leases
    where name = ${leases[name]} and expires_at > clock_timestamp()`
  return row
}

const waitMs = 30_000

/** The instance that holds the lease and its epoch; waits until there is one. */
export const activeOf = async (rig: Rig, name: Leased): Promise<{ service: Service; epoch: number }> => {
  let active: { service: Service; epoch: number } | undefined
  const found = await holdsWithin(waitMs, async () => {
    const held = await holderOf(rig, name)
    const service = servicesOf(rig, name).find((one) => one.name === held?.owner)
    active = held === undefined || service === undefined ? undefined : { service, epoch: held.epoch }
    return active !== undefined
  })
  if (!found || active === undefined) throw new Error(`nobody holds the lease of ${name} within ${waitMs} ms`)
  return active
}

/** Waits until another epoch than this one holds the lease; answers who does. */
export const takenOver = async (rig: Rig, name: Leased, epoch: number): Promise<Service> => {
  let heir: Service | undefined
  const taken = await holdsWithin(waitMs, async () => {
    const active = await activeOf(rig, name)
    heir = active.epoch === epoch ? undefined : active.service
    return heir !== undefined
  })
  if (!taken || heir === undefined) throw new Error(`nobody took the lease of ${name} over within ${waitMs} ms`)
  return heir
}
