import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { type Entry, isUnusable, type Unusable } from "./consumer.entry.ts"

/** Pure planning of a batch: which entries are new, which are repeats, which wait behind a poison, and what is missing. */

export interface StreamVersion {
  readonly tenant: string
  readonly streamId: string
  readonly version: number
}
/** Versions `after + 1` to `upTo` of a stream are wanted, and the batch does not hold them all. */
export interface Gap {
  readonly tenant: string
  readonly streamId: string
  readonly after: number
  readonly upTo: number
}

export interface Known {
  /** Version applied per stream, by `streamKey`; absent: none. */
  readonly seen: ReadonlyMap<string, number>
  readonly parked: ReadonlySet<string>
}

export interface Plan {
  readonly apply: ReadonlyArray<RecordedEvent>
  /** The streams of `apply` with their versions afterwards. */
  readonly versions: ReadonlyArray<StreamVersion>
  readonly duplicates: number
  /** Entries that cannot be understood, the first one per stream: these streams are to be parked. */
  readonly poison: ReadonlyArray<Unusable>
  /** Parked streams and the newest of their versions that waits. */
  readonly queued: ReadonlyArray<StreamVersion>
  /** With gaps there is nothing else: fill them (`fillGaps`) and plan again. */
  readonly gaps: ReadonlyArray<Gap>
}

// A tenant's name holds no space.
export const streamKey = (stream: { readonly tenant: string; readonly streamId: string }): string =>
  `${stream.tenant} ${stream.streamId}`

export const planBatch = (entries: ReadonlyArray<Entry>, known: Known): Plan => {
  const apply: Array<RecordedEvent> = []
  const versions = new Map<string, StreamVersion>()
  const poison = new Map<string, Unusable>()
  const queued = new Map<string, StreamVersion>()
  const gaps = new Map<string, Gap>()
  let duplicates = 0
  for (const entry of entries) {
    const key = streamKey(entry)
    const { tenant, streamId, version } = entry
    const seen = versions.get(key)?.version ?? known.seen.get(key) ?? 0
    const gap = gaps.get(key)
    if (gap !== undefined) gaps.set(key, { ...gap, upTo: Math.max(gap.upTo, version) })
    else if (version <= seen) duplicates += 1
    else if (known.parked.has(key) || poison.has(key)) {
      if (version > (queued.get(key)?.version ?? 0)) queued.set(key, { tenant, streamId, version })
    } else if (version > seen + 1) gaps.set(key, { tenant, streamId, after: known.seen.get(key) ?? 0, upTo: version })
    else if (isUnusable(entry)) poison.set(key, entry)
    else {
      apply.push(entry)
      versions.set(key, { tenant, streamId, version })
    }
  }
  if (gaps.size > 0) {
    return { apply: [], versions: [], duplicates: 0, poison: [], queued: [], gaps: [...gaps.values()] }
  }
  return {
    apply,
    versions: [...versions.values()],
    duplicates,
    poison: [...poison.values()],
    queued: [...queued.values()],
    gaps: []
  }
}

/** The events, where they are all usable and in order: the batch may be nothing but what the log holds next. */
export const straight = (entries: ReadonlyArray<Entry>): ReadonlyArray<RecordedEvent> | undefined => {
  let position = 0
  for (const entry of entries) {
    if (isUnusable(entry) || entry.position <= position) return undefined
    position = entry.position
  }
  return entries as ReadonlyArray<RecordedEvent>
}

/** The batch with each gap's stream as the log holds it, at the place where the batch first names the stream. */
export const fillGaps = (
  entries: ReadonlyArray<Entry>,
  filled: ReadonlyMap<string, ReadonlyArray<Entry>>
): ReadonlyArray<Entry> => {
  const placed = new Set<string>()
  return entries.flatMap((entry) => {
    const key = streamKey(entry)
    const log = filled.get(key)
    if (log === undefined) return [entry]
    if (placed.has(key)) return []
    placed.add(key)
    return log
  })
}
