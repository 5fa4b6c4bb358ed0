import postgres from "postgres"
import type { Figure } from "../figure.ts"
import { seedEvents } from "../ground/events.seed.ts"
import { drainByRelay } from "../ground/relay.drain.ts"
import { makeStage, type Stage } from "../ground/stage.services.ts"
import { until } from "../measure/metrics.ts"
import { alternate } from "../measure/rounds.ts"

/**
 * The relay while somebody holds a snapshot open: what it updates and empties cannot be cleaned up behind it. One stage
 * is fresh, in the other the relay has published many commands beside the snapshot; then both drain in turn.
 */
export const relaySnapshot: Figure = {
  name: "relay-snapshot",
  question: "relay beside an open snapshot after many commands / fresh",
  keys: ["relay_beside_snapshot_vs_fresh"],
  run: async (ground, size) => {
    const fresh = await makeStage(ground)
    const held = await makeStage(ground)
    const snapshot = postgres(held.stack.databaseUrl, { max: 1 })
    try {
      await snapshot`begin isolation level repeatable read`
      await snapshot`select count(*) from sluice.streams`
      await publishBesideSnapshot(held, size.snapshotCommands, size.drainEvents)
      const rate = (key: string, what: string, stage: Stage) => ({
        key,
        what,
        unit: "events/s",
        measure: () => drainByRelay(ground, stage, (url) => seedEvents(url, size.drainEvents / 2))
      })
      const rounds = await alternate(
        [
          rate("relay_fresh", "relay, fresh database", fresh),
          rate("relay_beside_snapshot", `relay beside a snapshot held for ${size.snapshotCommands} commands`, held)
        ],
        size.rounds,
        ground.say
      )
      return {
        wanted: { relay_beside_snapshot_vs_fresh: rounds.ratio("relay_beside_snapshot", "relay_fresh") },
        absolute: rounds.absolute
      }
    } finally {
      await snapshot.end({ timeout: 1 })
      await held.close()
      await fresh.close()
    }
  }
}

const publishBesideSnapshot = async (stage: Stage, commands: number, chunk: number): Promise<void> => {
  await stage.run("outbox-relay")
  for (let seeded = 0; seeded < commands; ) {
    seeded += await seedEvents(stage.stack.databaseUrl, Math.min(chunk, commands - seeded))
    await until("the relay to keep up", async () => (await stage.publishedEvents()) >= seeded)
  }
  await stage.halt("outbox-relay")
}
