import type { Sealer } from "@sluice/secrets"
import { makePause } from "../outage.ts"
import { RETRY_SECONDS } from "../retry.schedule.ts"
import type { Wake } from "../wake.ts"
import type { Lookup } from "./post.lookup.ts"
import type { Settled } from "./webhooks.settle.ts"

export interface WebhooksSettings {
  /** Holds the leases; no two processes may have the same at one time. */
  readonly instance: string
  readonly sealer: Sealer
  /** Rings when there may be something to deliver. Its only listener is the loop. */
  readonly wake: Wake
  /** Endpoints on this machine, also by http: for development. */
  readonly allowLoopback: boolean
  /** Milliseconds for a post as a whole. Default 15 s. */
  readonly timeout?: number
  /** Seconds between the attempts of a delivery. */
  readonly schedule?: ReadonlyArray<number>
  /** Milliseconds of failing after which an endpoint is given up. Default five days. */
  readonly disableAfter?: number
  /** Posts at once: to one endpoint (16), and in all (256). */
  readonly perEndpoint?: number
  readonly inAll?: number
  /** Deliveries of one endpoint that are taken ahead while it works. Default 128. */
  readonly ahead?: number
  /** Milliseconds. Default a minute; must leave time for a post. */
  readonly lease?: number
  /** How host names are resolved. */
  readonly lookup?: Lookup
  /** Told what became of attempts, after they are stored. */
  readonly onSettled?: (settled: ReadonlyArray<Settled>) => void
}

/** With defaults. Throws where the lease is too short. */
export const complete = (settings: WebhooksSettings) => {
  const { timeout = 15_000, lease = 60_000 } = settings
  /** Milliseconds of a lease in which a post may begin: time for it, and for storing how it went, is left. */
  const beginWithin = lease - timeout - lease / 10
  if (beginWithin <= 0) throw new Error(`A lease of ${lease} ms leaves no time for a post of ${timeout} ms`)
  return {
    schedule: RETRY_SECONDS,
    disableAfter: 5 * 86_400_000,
    perEndpoint: 16,
    inAll: 256,
    ahead: 128,
    ...settings,
    timeout,
    lease,
    beginWithin
  }
}

/** What of the loop may fail: taking deliveries, and storing how they went. */
export type StorePart = "claim" | "settle"

/** After a failure of the database; milliseconds. */
export const newPause = () => makePause(100, 2_000)
