import type { Figure } from "../figure.ts"
import { apiClient } from "../ground/api.client.ts"
import { makeStage } from "../ground/stage.services.ts"
import { percentile } from "../measure/statistics.ts"
import { atSteadyRate } from "../measure/steady-rate.ts"

const perSecond = 300
const connections = 64

/** From a command's answer until its row is read (`minVersion` and `wait`), with commands coming at a steady rate. */
export const endToEnd: Figure = {
  name: "end-to-end",
  question: `command answered → row readable, ${perSecond} commands/s`,
  keys: ["e2e_p50_ms", "e2e_p99_ms"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    try {
      const [api] = await Promise.all(
        (["api", "outbox-relay", "projector", "coordinator", "notification", "billing"] as const).map((name) =>
          stage.run(name)
        )
      )
      if (api === undefined) throw new Error("the API is missing")
      const client = await apiClient(stage, api.url, connections)
      const once = async (): Promise<number> => {
        const id = await client.openSessionForId()
        const answered = performance.now()
        await client.readable(id, 1)
        return performance.now() - answered
      }
      await atSteadyRate(3 * size.warmUpSeconds, perSecond, once)
      await ground.checkpoint()
      const latencies = await atSteadyRate(size.endToEndSeconds, perSecond, once)
      await client.close()
      const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => percentile(latencies, share)) as [number, number, number]
      ground.say(`${latencies.length} commands: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
      return {
        wanted: { e2e_p50_ms: p50, e2e_p99_ms: p99 },
        absolute: {
          e2e_p90_ms: { what: "command answered → row readable, p90", value: p90, unit: "ms" },
          e2e_commands: { what: "commands behind these latencies", value: latencies.length, unit: "commands" }
        }
      }
    } finally {
      await stage.close()
    }
  }
}
