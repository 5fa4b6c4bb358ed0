import { readFileSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import { v7 } from "uuid"
import type { Figure } from "../figure.ts"
import { busRuntime } from "../ground/bus.runtime.ts"
import { storeRuntime } from "../ground/store.runtime.ts"
import { until } from "../measure/metrics.ts"
import { alternate } from "../measure/rounds.ts"
import { median } from "../measure/statistics.ts"

const statement = readFileSync(join(import.meta.dirname, "../../sql/seed_long_stream.sql"), "utf8")
const shortStream = 10

/** Loading a stream for a decision, when nothing is cached: a long one has a snapshot since the bus first decided on it. */
export const longStream: Figure = {
  name: "long-stream",
  question: "load of a long stream / of one with 10 events",
  keys: ["load_10k_vs_10"],
  run: async (ground, size) => {
    const url = await ground.freshDatabase("streams")
    const ids = { long: v7(), short: v7() }
    await seedStreams(url, [
      [ids.long, size.longStream],
      [ids.short, shortStream]
    ])
    await decideOnce(url, ids.long)
    const store = storeRuntime(url)
    const loads = (id: string, atLeast: number) => async (): Promise<number> => {
      const millis: Array<number> = []
      for (let load = 0; load < size.loads; load++) {
        const from = performance.now()
        const version = await store.load(id)
        millis.push(performance.now() - from)
        if (version < atLeast) throw new Error(`a stream of ${atLeast} events was loaded at version ${version}`)
      }
      return median(millis)
    }
    try {
      await loads(ids.short, shortStream)()
      await loads(ids.long, size.longStream)()
      const unit = "ms"
      const rounds = await alternate(
        [
          { key: "load_10_ms", what: "load of 10 events", unit, measure: loads(ids.short, shortStream) },
          {
            key: "load_10k_ms",
            what: `load of ${size.longStream} events`,
            unit,
            measure: loads(ids.long, size.longStream)
          }
        ],
        size.rounds,
        ground.say
      )
      return { wanted: { load_10k_vs_10: rounds.ratio("load_10k_ms", "load_10_ms") }, absolute: rounds.absolute }
    } finally {
      await store.close()
    }
  }
}

const seedStreams = async (
  adminUrl: string,
  streams: ReadonlyArray<readonly [id: string, events: number]>
): Promise<void> => {
  const sql = postgres(adminUrl, { max: 1 })
  for (const [id, events] of streams) await sql.unsafe(statement, [id, events])
  await sql`analyze sluice.events, sluice.streams`
  await sql.end({ timeout: 5 })
}

/** A command on the stream makes the bus fold it from its first event and keep a snapshot. */
const decideOnce = async (adminUrl: string, id: string): Promise<void> => {
  const sql = postgres(adminUrl, { max: 1 })
  const bus = busRuntime(adminUrl)
  try {
    await bus.renameSession(id)
    await until("the bus to keep a snapshot", async () => {
      const kept = await sql`select from sluice.snapshots where stream_id = ${`session-${id}`}`
      return kept.length > 0
    })
  } finally {
    await bus.close()
    await sql.end({ timeout: 5 })
  }
}
