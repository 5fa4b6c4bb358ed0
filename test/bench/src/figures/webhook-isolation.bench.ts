import type { Figure, Size } from "../figure.ts"
import { apiClient } from "../ground/api.client.ts"
import type { Ground } from "../ground/ground.servers.ts"
import { makeStage } from "../ground/stage.services.ts"
import { startReceiver } from "../ground/webhook.receiver.ts"
import { subscribe } from "../ground/webhook.subscriptions.ts"
import { until } from "../measure/metrics.ts"
import { alternate } from "../measure/rounds.ts"
import { percentile } from "../measure/statistics.ts"
import { atSteadyRate } from "../measure/steady-rate.ts"

const endpoints = 50
const perSecond = 5

/** How long forty-nine endpoints wait for their webhooks while the fiftieth hangs, and while it does not. */
export const webhookIsolation: Figure = {
  name: "webhook-isolation",
  question: `p99 of ${endpoints - 1} endpoints while one more hangs, against a run in which it does not`,
  keys: ["webhook_p99_beside_hanging"],
  run: async (ground, size) => {
    const unit = "ms"
    const rounds = await alternate(
      [
        {
          key: "webhook_p99_all_well",
          what: "webhook p99, all endpoints well",
          unit,
          measure: () => p99(ground, size, "/")
        },
        {
          key: "webhook_p99_one_hangs",
          what: "webhook p99 of the others, one endpoint hangs",
          unit,
          measure: () => p99(ground, size, "/hang")
        }
      ],
      size.rounds,
      ground.say
    )
    return {
      wanted: { webhook_p99_beside_hanging: rounds.ratio("webhook_p99_one_hangs", "webhook_p99_all_well") },
      absolute: rounds.absolute
    }
  }
}

const p99 = async (ground: Ground, size: Size, last: "/" | "/hang"): Promise<number> => {
  const stage = await makeStage(ground)
  // The fiftieth has a receiver of its own: what it gets is not counted.
  const [receiver, other] = [await startReceiver(), await startReceiver()]
  try {
    const [api] = await Promise.all((["api", "outbox-relay", "notification"] as const).map((name) => stage.run(name)))
    if (api === undefined) throw new Error("the API is missing")
    const urls = Array.from({ length: endpoints - 1 }, (_, index) => `${receiver.url}/${index}`)
    await subscribe(stage, api.url, [...urls, `${other.url}${last}`], ["session.opened"])
    const client = await apiClient(stage, api.url, 4)
    const all = async (seconds: number) => {
      await receiver.reset()
      const sent = (await atSteadyRate(seconds, perSecond, client.openSession)).length
      const wanted = sent * (endpoints - 1)
      await until("every webhook to be received", async () => (await receiver.received()).count >= wanted)
      return (await receiver.received()).ages
    }
    await all(3 * size.warmUpSeconds)
    const ages = await all(size.endToEndSeconds)
    await client.close()
    return percentile(ages, 0.99)
  } finally {
    receiver.stop()
    other.stop()
    await stage.close()
  }
}
