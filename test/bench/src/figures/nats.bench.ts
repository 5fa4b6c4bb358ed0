import type { Figure } from "../figure.ts"
import { apiClient } from "../ground/api.client.ts"
import { commandClient } from "../ground/command.client.ts"
import { makeStage } from "../ground/stage.services.ts"
import { callsPerSecond } from "../measure/callers.ts"
import { alternate } from "../measure/rounds.ts"

const inFlight = 64

/** The same commands to the same API by both doors; the clients run in this process and share the cores. */
export const nats: Figure = {
  name: "nats",
  question: "commands as requests over NATS, 64 in flight, beside HTTP with as many connections",
  keys: ["nats_vs_http"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    try {
      const api = await stage.run("api")
      const http = await apiClient(stage, api.url, inFlight)
      const nats = await commandClient(stage)
      const measure = (open: () => Promise<void>) => async (): Promise<number> => {
        await ground.checkpoint()
        return callsPerSecond(inFlight, size, open)
      }
      await measure(http.openSession)()
      await measure(nats.openSession)()
      const unit = "commands/s"
      const rounds = await alternate(
        [
          { key: "http_64_nats", what: "HTTP, 64 connections (beside NATS)", unit, measure: measure(http.openSession) },
          { key: "nats_64", what: "NATS requests, 64 in flight", unit, measure: measure(nats.openSession) }
        ],
        size.rounds,
        ground.say
      )
      await nats.close()
      await http.close()
      return { wanted: { nats_vs_http: rounds.ratio("nats_64", "http_64_nats") }, absolute: rounds.absolute }
    } finally {
      await stage.close()
    }
  }
}
