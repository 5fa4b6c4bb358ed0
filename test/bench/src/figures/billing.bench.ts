import type { Figure } from "../figure.ts"
import type { Ground } from "../ground/ground.servers.ts"
import { drainByRelay } from "../ground/relay.drain.ts"
import { makeStage, type Stage } from "../ground/stage.services.ts"
import { seedUsage } from "../ground/usage.seed.ts"
import { metric, pace } from "../measure/metrics.ts"
import { alternate } from "../measure/rounds.ts"
import { jetStreamPeer } from "../peers/jetstream.peer.ts"

/** Billing catching up with a stream full of usage, each priced, posted and summed up, against consuming alone. */
export const billing: Figure = {
  name: "billing",
  question: "usages billed/s, catching up",
  keys: ["billing_vs_consume"],
  run: async (ground, size) => {
    const broker = await ground.freshBroker()
    const jetStream = await jetStreamPeer(broker.url)
    try {
      await jetStream.publishAtMost(size.drainEvents)
      const unit = "events/s"
      const rounds = await alternate(
        [
          {
            key: "raw_consume_billing",
            what: "raw JetStream consume (beside billing)",
            unit,
            measure: () => jetStream.consume(size.drainEvents)
          },
          { key: "billing", what: "billing catching up", unit, measure: () => billAll(ground, size.drainEvents) }
        ],
        size.rounds,
        ground.say
      )
      return {
        wanted: { billing_vs_consume: rounds.ratio("billing", "raw_consume_billing") },
        absolute: rounds.absolute
      }
    } finally {
      await jetStream.close()
      await broker.stop()
    }
  }
}

/** On servers of its own each time: a tenant's prices are published once. */
const billAll = async (ground: Ground, usages: number): Promise<number> => {
  const stage = await makeStage(ground)
  try {
    const events = await drainUsage(ground, stage, usages)
    await ground.checkpoint()
    const service = await stage.run("billing")
    const billed = () => metric(`${service.url}/metrics`, "sluice_billing_usage_total")
    return await pace(`billing to bill ${events} events`, billed, usages, 100)
  } finally {
    await stage.close()
  }
}

const drainUsage = async (ground: Ground, stage: Stage, usages: number): Promise<number> => {
  let seeded = 0
  await drainByRelay(ground, stage, async (url) => {
    seeded = await seedUsage(url, usages)
    return seeded
  })
  return seeded
}
