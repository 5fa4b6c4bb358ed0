import type { Figure } from "../figure.ts"
import { apiClient } from "../ground/api.client.ts"
import { makeStage } from "../ground/stage.services.ts"
import { callsPerSecond } from "../measure/callers.ts"
import { alternate } from "../measure/rounds.ts"
import { pgbenchPeer } from "../peers/pgbench.peer.ts"

const connections = 64

/** Durable commands through the API alone; the client runs in this process and shares the cores. */
export const http: Figure = {
  name: "http",
  question: "the same through HTTP, 64 connections",
  keys: ["http_vs_pgbench"],
  run: async (ground, size) => {
    const pgbench = await pgbenchPeer(ground, size)
    const stage = await makeStage(ground)
    try {
      const api = await stage.run("api")
      const client = await apiClient(stage, api.url, connections)
      const throughHttp = async (): Promise<number> => {
        await ground.checkpoint()
        return callsPerSecond(connections, size, client.openSession)
      }
      await throughHttp()
      const unit = "commands/s"
      const rounds = await alternate(
        [
          { key: "pgbench_16_http", what: "pgbench, 16 clients (beside HTTP)", unit, measure: () => pgbench(16) },
          { key: "http_64", what: "HTTP, 64 connections", unit, measure: throughHttp }
        ],
        size.rounds,
        ground.say
      )
      await client.close()
      return {
        wanted: { http_vs_pgbench: rounds.ratio("http_64", "pgbench_16_http") },
        absolute: rounds.absolute
      }
    } finally {
      await stage.close()
    }
  }
}
