import type { Figure } from "../figure.ts"
import { seedEvents } from "../ground/events.seed.ts"
import { type StoreRuntime, storeRuntime } from "../ground/store.runtime.ts"
import { callsPerSecond } from "../measure/callers.ts"
import { alternate } from "../measure/rounds.ts"

const batch = 64
const inFlight = 3

/** Batches as the command bus sends them, into tables that hold many events already and into empty ones. */
export const appendAtSize: Figure = {
  name: "append-at-size",
  question: "append with many events stored / with none",
  keys: ["append_at_1m_vs_empty"],
  run: async (ground, size) => {
    const filledUrl = await ground.freshDatabase("filled")
    const stored = await seedEvents(filledUrl, size.storedEvents, { keys: true, outbox: false })
    ground.say(`${stored} events stored`)
    const filled = storeRuntime(filledUrl)
    const stint = async (store: StoreRuntime): Promise<number> => {
      await ground.checkpoint()
      return batch * (await callsPerSecond(inFlight, size, () => store.append(batch)))
    }
    const intoEmpty = async (): Promise<number> => {
      const empty = storeRuntime(await ground.freshDatabase("empty"))
      try {
        return await stint(empty)
      } finally {
        await empty.close()
      }
    }
    try {
      const unit = "commands/s"
      const rounds = await alternate(
        [
          { key: "append_empty", what: "append, batches of 64, no event stored", unit, measure: intoEmpty },
          { key: "append_at_1m", what: `append, ${stored} events stored`, unit, measure: () => stint(filled) }
        ],
        size.rounds,
        ground.say
      )
      return {
        wanted: { append_at_1m_vs_empty: rounds.ratio("append_at_1m", "append_empty") },
        absolute: rounds.absolute
      }
    } finally {
      await filled.close()
    }
  }
}
