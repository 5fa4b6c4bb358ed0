import type { Figure } from "../figure.ts"
import { apiClient } from "../ground/api.client.ts"
import { makeStage } from "../ground/stage.services.ts"
import { startReceiver } from "../ground/webhook.receiver.ts"
import { subscribe } from "../ground/webhook.subscriptions.ts"
import { until } from "../measure/metrics.ts"
import { percentile } from "../measure/statistics.ts"
import { atSteadyRate } from "../measure/steady-rate.ts"

const perSecond = 100

/** From the time that an event carries, which is that of its transaction, until its webhook is received. */
export const webhookLatency: Figure = {
  name: "webhook-latency",
  question: `event committed → webhook received, ${perSecond} events/s`,
  keys: ["webhook_p50_ms"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    const receiver = await startReceiver()
    try {
      const [api] = await Promise.all(
        (["api", "outbox-relay", "projector", "coordinator", "notification", "billing"] as const).map((name) =>
          stage.run(name)
        )
      )
      if (api === undefined) throw new Error("the API is missing")
      await subscribe(stage, api.url, [`${receiver.url}/`], ["session.opened"])
      const client = await apiClient(stage, api.url, 16)
      const all = async (seconds: number) => {
        await receiver.reset()
        const sent = (await atSteadyRate(seconds, perSecond, client.openSession)).length
        await until("every webhook to be received", async () => (await receiver.received()).count >= sent)
        return (await receiver.received()).ages
      }
      await all(3 * size.warmUpSeconds)
      await ground.checkpoint()
      const ages = await all(size.endToEndSeconds)
      await client.close()
      const [p50, p99] = [percentile(ages, 0.5), percentile(ages, 0.99)]
      ground.say(`${ages.length} webhooks: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
      return {
        wanted: { webhook_p50_ms: p50 },
        absolute: {
          webhook_p99_ms: { what: "event committed → webhook received, p99", value: p99, unit: "ms" },
          webhooks: { what: "webhooks behind these latencies", value: ages.length, unit: "webhooks" }
        }
      }
    } finally {
      receiver.stop()
      await stage.close()
    }
  }
}
