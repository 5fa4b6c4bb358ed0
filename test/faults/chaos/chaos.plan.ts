import { serviceNames } from "@sluice/ops/dev/stack.services"
import type { Random } from "../random.seed.ts"
import { admitTenant, killNats, killPostgres, rewindNats, stopNats, stopPostgres, wipeNats } from "./fault.servers.ts"
import { killEverything, kills, pauseActive } from "./fault.services.ts"
import type { Fault } from "./fault.ts"

/** Of every fault that is no kill of a single process, one for so many of those. */
const killsPerServerFault = 15

const serverFaults: ReadonlyArray<Fault> = [
  stopPostgres,
  killPostgres,
  stopNats,
  killNats,
  wipeNats,
  rewindNats,
  rewindNats, // the first one only takes the copy that the second one brings back
  admitTenant,
  pauseActive("outbox-relay"),
  pauseActive("projector"),
  pauseActive("coordinator"),
  pauseActive("notification"),
  pauseActive("billing"),
  killEverything
]

/** So many kills of single processes, evenly over the services, and everything else in between, in a random order. */
export const planFaults = (singleKills: number, random: Random): ReadonlyArray<Fault> => {
  const single = Array.from({ length: singleKills }, (_, index) => {
    const choices = kills(serviceNames[index % serviceNames.length] as (typeof serviceNames)[number])
    // The active instance twice as often as the one that stands by.
    return choices[Math.floor(index / serviceNames.length) % 3 === 2 ? choices.length - 1 : 0] as Fault
  })
  const times = Math.max(1, Math.round(singleKills / killsPerServerFault))
  return random.shuffle([...single, ...Array.from({ length: times }, () => serverFaults).flat()])
}
