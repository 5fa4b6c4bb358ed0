import { setTimeout as sleep } from "node:timers/promises"
import { signalProcess } from "@sluice/embedded"
import { type ServiceName, serviceNames } from "@sluice/ops/dev/stack.services"
import { activeOf, type Leased, takenOver } from "../rig/rig.lease.ts"
import { servicesOf } from "../rig/rig.ts"
import type { Fault } from "./fault.ts"

/** SIGKILL to one instance of the API; the other one goes on. */
export const killApi: Fault = {
  name: "api killed",
  kills: 1,
  inject: async (rig, random) => {
    const service = random.pick(servicesOf(rig, "api"))
    await service.kill()
    return {}
  }
}

/** SIGKILL to the instance that holds the lease. */
export const killActive = (name: Leased): Fault => ({
  name: `active ${name} killed`,
  kills: 1,
  inject: async (rig) => {
    const { service, epoch } = await activeOf(rig, name)
    await service.kill()
    return { orphaned: { name, epoch } }
  }
})

/** SIGKILL to the instance that stands by. */
export const killStandby = (name: Leased): Fault => ({
  name: `standby ${name} killed`,
  kills: 1,
  inject: async (rig, random) => {
    const { service: active } = await activeOf(rig, name)
    const standby = random.pick(servicesOf(rig, name).filter((service) => service !== active))
    await standby.kill()
    return {}
  }
})

/** SIGKILL to every process of ours at once; all are started again. */
export const killEverything: Fault = {
  name: "every instance killed",
  kills: 2 * serviceNames.length,
  inject: async (rig) => {
    const all = [...rig.instances.values()].flat()
    await Promise.all(all.map((service) => service.kill()))
    await Promise.all(all.map(rig.revive))
    return {}
  }
}

/** Milliseconds beyond a lease's life of three seconds. */
const wellBeyondTheLease = 1_000

/** The active instance stands still until a standby has taken over, then wakes up in the belief that it is active. */
export const pauseActive = (name: Leased): Fault => ({
  name: `active ${name} paused`,
  kills: 0,
  inject: async (rig) => {
    const { service, epoch } = await activeOf(rig, name)
    const pid = service.pid as number
    signalProcess(pid, "SIGSTOP")
    try {
      await takenOver(rig, name, epoch)
      await sleep(wellBeyondTheLease)
    } finally {
      signalProcess(pid, "SIGCONT")
    }
    return {}
  }
})

/** Every kind of kill of one process. */
export const kills = (name: ServiceName): ReadonlyArray<Fault> =>
  name === "api" ? [killApi] : [killActive(name), killStandby(name)]
