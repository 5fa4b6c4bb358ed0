import type { Random } from "../random.seed.ts"
import type { Leased } from "../rig/rig.lease.ts"
import type { Rig } from "../rig/rig.ts"

/** What a fault left behind, at the moment from which recovery is measured. */
export interface Aftermath {
  /** The lease whose holder is gone, and the epoch it had: another one must take over. */
  readonly orphaned?: { readonly name: Leased; readonly epoch: number }
}

/** Something that goes wrong. */
export interface Fault {
  readonly name: string
  /** Processes of ours that it kills. */
  readonly kills: number
  /** Makes it happen, its outage included: resolves when whatever was taken away is there again, or never will be. */
  readonly inject: (rig: Rig, random: Random) => Promise<Aftermath>
}
