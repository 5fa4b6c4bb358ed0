import type { Absolute, Figure } from "../figure.ts"
import { apiClient } from "../ground/api.client.ts"
import { makeStage, type Stage } from "../ground/stage.services.ts"
import { callsPerSecond } from "../measure/callers.ts"
import { peakMemory } from "../measure/memory.ts"
import { metric } from "../measure/metrics.ts"
import { inPlainDigits } from "../measure/rounds.ts"
import { median } from "../measure/statistics.ts"
import { pgbenchPeer } from "../peers/pgbench.peer.ts"

const connections = 64
const services = ["outbox-relay", "projector", "api", "coordinator", "notification", "billing"] as const

/**
 * Commands through HTTP while every service runs: events are published and rows are built meanwhile, on the same cores.
 * What piled up in outbox and consumer during the measurement is taken off, so the figure is what went all the way.
 */
export const sustained: Figure = {
  name: "sustained",
  question: "through HTTP with every service running, outbox and lag not growing",
  keys: ["sustained_vs_pgbench", "rss_max_mb"],
  run: async (ground, size) => {
    const pgbench = await pgbenchPeer(ground, size)
    const peers: Array<number> = []
    // As many before as after: four seconds of it vary by a third.
    const measurePeer = async () => {
      for (let round = 0; round < size.rounds; round++) peers.push(await pgbench(16))
    }
    await measurePeer()
    const { accepted, growth, memory } = await underLoad(await makeStage(ground), size)
    await measurePeer()
    const peer = median(peers)
    const through = accepted - Math.max(0, growth) / size.sustainedSeconds
    ground.say(`sustained: ${inPlainDigits(through)} commands/s, backlog ${growth} events`)
    const perSecond = (what: string, value: number): Absolute => ({ what, value, unit: "commands/s" })
    return {
      wanted: {
        sustained_vs_pgbench: through / peer,
        rss_max_mb: Math.max(...memory.map(([, megabytes]) => megabytes))
      },
      absolute: {
        pgbench_16_sustained: perSecond("pgbench, 16 clients (before and after)", peer),
        sustained: perSecond("all services, went all the way", through),
        sustained_accepted: perSecond("all services, accepted", accepted),
        backlog_growth: { what: "growth of outbox and lag meanwhile", value: growth, unit: "events" },
        ...Object.fromEntries(
          memory.map(([name, value]) => [
            `rss_${name.replace("-", "_")}_mb`,
            { what: `${name}, peak resident memory`, value, unit: "MB" }
          ])
        )
      }
    }
  }
}

interface Load {
  readonly accepted: number
  readonly growth: number
  readonly memory: ReadonlyArray<readonly [name: string, megabytes: number]>
}

const underLoad = async (
  stage: Stage,
  size: { readonly sustainedSeconds: number; readonly warmUpSeconds: number }
): Promise<Load> => {
  try {
    const running = await Promise.all(services.map((name) => stage.run(name)))
    const [relay, projector, api, coordinator] = running
    if (relay === undefined || projector === undefined || api === undefined || coordinator === undefined)
      throw new Error("a service is missing")
    const client = await apiClient(stage, api.url, connections)
    const backlog = async (): Promise<number> => {
      const [depth, lag, timers] = await Promise.all([
        metric(`${relay.url}/metrics`, "sluice_outbox_depth"),
        metric(`${projector.url}/metrics`, "sluice_consumer_lag_events"),
        metric(`${coordinator.url}/metrics`, "sluice_consumer_lag_events")
      ])
      return depth + lag + timers
    }
    const load = (seconds: number): Promise<number> =>
      callsPerSecond(connections, { seconds, warmUpSeconds: 0 }, client.openSession)
    await load(3 * size.warmUpSeconds)
    const before = await backlog()
    const accepted = await load(size.sustainedSeconds)
    const growth = (await backlog()) - before
    const memory = running.map(({ name, pid }) => [name.replace("-bench", ""), peakMemory(pid ?? 0)] as const)
    await client.close()
    return { accepted, growth, memory }
  } finally {
    await stage.close()
  }
}
