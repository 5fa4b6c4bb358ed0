import { cpSync, existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Random } from "../random.seed.ts"
import type { Rig } from "../rig/rig.ts"
import type { Fault } from "./fault.ts"

/** Milliseconds that a server stays away. */
const outage = (random: Random): Promise<void> => sleep(random.between(200, 2_500))

const serverFault = (name: string, down: (rig: Rig) => Promise<void>, up: (rig: Rig) => Promise<void>): Fault => ({
  name,
  kills: 0,
  inject: async (rig, random) => {
    await down(rig)
    await outage(random)
    await up(rig)
    return {}
  }
})

export const stopPostgres = serverFault(
  "Postgres stopped",
  ({ postgres }) => postgres.stop(),
  ({ postgres }) => postgres.start()
)

export const killPostgres = serverFault(
  "Postgres killed",
  ({ postgres }) => postgres.kill(),
  ({ postgres }) => postgres.start()
)

export const stopNats = serverFault(
  "NATS stopped",
  ({ nats }) => nats.stop(),
  ({ nats }) => nats.start()
)

export const killNats = serverFault(
  "NATS killed",
  ({ nats }) => nats.kill(),
  ({ nats }) => nats.start()
)

export const wipeNats = serverFault(
  "NATS store deleted",
  async ({ nats }) => {
    await nats.stop()
    nats.wipeStore()
  },
  ({ nats }) => nats.start()
)

/**
 * The broker comes back as it was some time ago, and takes new messages: the copy is the one made when this fault was
 * injected before (the first time it is made, and nothing is lost).
 */
export const rewindNats = serverFault(
  "NATS store rewound",
  async ({ nats, stack }) => {
    const store = join(stack.dataDir, "nats/jetstream")
    const copy = join(stack.dataDir, "jetstream.copy")
    await nats.stop()
    const earlier = existsSync(copy)
    if (earlier) {
      nats.wipeStore()
      cpSync(copy, store, { recursive: true })
      rmSync(copy, { recursive: true })
    } else cpSync(store, copy, { recursive: true })
  },
  ({ nats }) => nats.start()
)

/** The running broker reads an account more: connections stay, and what is under way between accounts at that moment gets no answer. */
export const admitTenant: Fault = {
  name: "NATS given another tenant",
  kills: 0,
  inject: async ({ brokers }) => {
    await brokers.admit(`t${crypto.randomUUID().slice(0, 8)}`)
    return {}
  }
}
