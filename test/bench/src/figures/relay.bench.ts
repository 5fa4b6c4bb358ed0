import type { Figure } from "../figure.ts"
import { seedEvents } from "../ground/events.seed.ts"
import { drainByRelay } from "../ground/relay.drain.ts"
import { makeStage } from "../ground/stage.services.ts"
import { alternate } from "../measure/rounds.ts"
import { jetStreamPeer } from "../peers/jetstream.peer.ts"
import { outboxPeer } from "../peers/outbox.peer.ts"

/** The relay draining a full outbox, against publishing alone and against pg-transactional-outbox. */
export const relay: Figure = {
  name: "relay",
  question: "relay events/s, draining a full outbox",
  keys: ["relay_vs_publish"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    const broker = await ground.freshBroker()
    const jetStream = await jetStreamPeer(broker.url)
    const peer = outboxPeer(await ground.freshDatabase("outbox"))
    try {
      const main = await alternate(
        [
          {
            key: "raw_publish",
            what: "raw JetStream publish, window of 512",
            unit: "events/s",
            measure: () => jetStream.publish(size.drainEvents)
          },
          {
            key: "relay",
            what: "relay draining a full outbox",
            unit: "events/s",
            measure: () => drainByRelay(ground, stage, (url) => seedEvents(url, size.drainEvents))
          }
        ],
        size.rounds,
        ground.say
      )
      const table = await alternate(
        [
          {
            key: "publish_at_most",
            what: "JetStream publish by the protocol alone",
            unit: "events/s",
            measure: () => jetStream.publishAtMost(size.drainEvents)
          },
          {
            key: "pg_transactional_outbox",
            what: "pg-transactional-outbox draining a full outbox",
            unit: "events/s",
            measure: () => peer(size.peerDrainEvents, jetStream.publishOne)
          }
        ],
        1,
        ground.say
      )
      return {
        wanted: { relay_vs_publish: main.ratio("relay", "raw_publish") },
        absolute: { ...main.absolute, ...table.absolute }
      }
    } finally {
      await jetStream.close()
      await broker.stop()
      await stage.close()
    }
  }
}
