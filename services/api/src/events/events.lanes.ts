import { matches } from "./events.filter.ts"
import { eventFrame } from "./events.frame.ts"
import type { TailedEvent } from "./events.log.ts"
import { sentEvents } from "./events.metrics.ts"
import type { FeedReader } from "./events.reader.ts"

/** The live readers of one tenant, and how far the tail has read for them. */
export interface Lane {
  readonly tenant: string
  position: number
  readonly readers: Set<FeedReader>
}

/** Who follows the log live, by tenant. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()

  /**
   * Lets a reader follow that has been told everything up to its position. Refused while the tail is further on: then the
   * reader first has to read up to there.
   */
  join(reader: FeedReader): boolean {
    const { tenant, position } = reader
    const lane = this.#lanes.get(tenant) ?? { tenant, position, readers: new Set() }
    if (position < lane.position) return false
    this.#lanes.set(tenant, lane)
    lane.readers.add(reader)
    return true
  }

  leave(reader: FeedReader): void {
    const lane = this.#lanes.get(reader.tenant)
    if (lane?.readers.delete(reader) && lane.readers.size === 0) this.#lanes.delete(reader.tenant)
  }

  get size(): number {
    return this.#lanes.size
  }

  /** Those that have not been read up to the horizon, in the order in which it is their turn. */
  behind(horizon: number): ReadonlyArray<Lane> {
    return [...this.#lanes.values()].filter(({ position }) => position < horizon)
  }

  /** Who was told of something behind this position, which is the end of the log. */
  beyond(last: number): ReadonlyArray<FeedReader> {
    return [...this.#lanes.values()].flatMap(({ readers }) => [...readers].filter(({ position }) => position > last))
  }

  /** Up to where everybody has been told everything, at most the horizon. */
  told(horizon: number): number {
    return this.behind(horizon).reduce((least, { position }) => Math.min(least, position), horizon)
  }

  /**
   * Hands out what the tail has read for these lanes up to the horizon. `cut`: the read ended at its limit; lanes behind that
   * of the last event were not looked at, and have their turn first the next time.
   */
  deliver(asked: ReadonlyArray<Lane>, events: ReadonlyArray<TailedEvent>, horizon: number, cut: boolean): void {
    const byTenant = Map.groupBy(events, ({ tenant }) => tenant)
    const last = cut ? events.at(-1) : undefined
    for (const lane of asked) {
      const ends = lane.tenant === last?.tenant
      if (this.#lanes.get(lane.tenant) === lane) {
        advance(lane, byTenant.get(lane.tenant) ?? [], ends ? last.position : horizon)
        if (cut) {
          this.#lanes.delete(lane.tenant)
          this.#lanes.set(lane.tenant, lane)
        }
      }
      if (ends) return
    }
  }
}

/** Each event is written out once, and what several readers want is put together once. */
const advance = (lane: Lane, events: ReadonlyArray<TailedEvent>, position: number): void => {
  const frames = events.map(eventFrame)
  const chunks = new Map<string, Chunk>()
  for (const reader of lane.readers) {
    // Who has just come may be further on than the tail.
    const key = reader.position <= lane.position ? reader.key : `${reader.key} ${reader.position}`
    const chunk = chunks.get(key) ?? chunkFor(reader, events, frames)
    chunks.set(key, chunk)
    sentEvents.inc(chunk.count)
    reader.push(chunk.bytes, Math.max(position, reader.position))
  }
  lane.position = position
}

interface Chunk {
  readonly count: number
  /** Undefined: nothing of it is meant. */
  readonly bytes: Buffer | undefined
}

const chunkFor = (
  { filter, position }: FeedReader,
  events: ReadonlyArray<TailedEvent>,
  frames: ReadonlyArray<string>
): Chunk => {
  const wanted = frames.filter((_, index) => {
    const event = events[index] as TailedEvent
    return event.position > position && matches(filter, event)
  })
  return { count: wanted.length, bytes: wanted.length === 0 ? undefined : Buffer.from(wanted.join("")) }
}
