import type { Figure } from "../figure.ts"
import { seedEvents } from "../ground/events.seed.ts"
import type { Ground } from "../ground/ground.servers.ts"
import { drainByRelay } from "../ground/relay.drain.ts"
import { makeStage, type Stage } from "../ground/stage.services.ts"
import { metric, pace } from "../measure/metrics.ts"
import { alternate } from "../measure/rounds.ts"
import { jetStreamPeer } from "../peers/jetstream.peer.ts"

/** The projector catching up with a full stream, all its read models on, against consuming alone. */
export const projector: Figure = {
  name: "projector",
  question: "projector events/s, catching up",
  keys: ["projector_vs_consume"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    const broker = await ground.freshBroker()
    const jetStream = await jetStreamPeer(broker.url)
    try {
      await jetStream.publishAtMost(size.drainEvents)
      const unit = "events/s"
      const rounds = await alternate(
        [
          {
            key: "raw_consume",
            what: "raw JetStream consume",
            unit,
            measure: () => jetStream.consume(size.drainEvents)
          },
          {
            key: "projector",
            what: "projector catching up",
            unit,
            measure: () => catchUp(ground, stage, size.drainEvents)
          }
        ],
        size.rounds,
        ground.say
      )
      const limit = await alternate(
        [
          {
            key: "consume_at_most",
            what: "JetStream consume without promises",
            unit,
            measure: () => jetStream.consumeAtMost(size.drainEvents)
          }
        ],
        1,
        ground.say
      )
      return {
        wanted: { projector_vs_consume: rounds.ratio("projector", "raw_consume") },
        absolute: { ...rounds.absolute, ...limit.absolute }
      }
    } finally {
      await jetStream.close()
      await broker.stop()
      await stage.close()
    }
  }
}

const catchUp = async (ground: Ground, stage: Stage, events: number): Promise<number> => {
  await drainByRelay(ground, stage, (url) => seedEvents(url, events))
  await ground.checkpoint()
  const service = await stage.run("projector")
  const applied = () => metric(`${service.url}/metrics`, "sluice_consumer_applied_total")
  const rate = await pace(`the projector to apply ${events} events`, applied, events, 250)
  await stage.halt("projector")
  return rate
}
