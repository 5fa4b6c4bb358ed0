import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { type Entry, isUnusable, type Unusable } from "./consumer.entry.ts"

/** Pure planning of a batch: which entries are new, which are repeats, and which wait behind a poison. */

export interface StreamVersion {
  readonly tenant: string
  readonly streamId: string
  readonly version: number
}
/** Versions `after + 1` to `upTo` of a stream. */
export interface Span {
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
  /** Those of the duplicates that can be understood. */
  readonly repeats: ReadonlyArray<RecordedEvent>
  /** Entries that cannot be understood, the first one per stream: these streams are to be parked. */
  readonly poison: ReadonlyArray<Unusable>
  /** Parked streams and the newest of their versions that waits. */
  readonly queued: ReadonlyArray<StreamVersion>
  /** The first entry that does not follow on what is known of its stream: nothing of this plan is to be done. */
  readonly stray?: Entry
}

// A tenant's name holds no space.
export const streamKey = (stream: { readonly tenant: string; readonly streamId: string }): string =>
  `${stream.tenant} ${stream.streamId}`

/** Entries may come in any order and more than once; they are taken in the order of the log. */
export const planBatch = (entries: ReadonlyArray<Entry>, known: Known): Plan => {
  const apply: Array<RecordedEvent> = []
  const versions = new Map<string, StreamVersion>()
  const poison = new Map<string, Unusable>()
  const queued = new Map<string, StreamVersion>()
  let stray: Entry | undefined
  let duplicates = 0
  const repeats: Array<RecordedEvent> = []
  for (const entry of entries.toSorted((a, b) => a.position - b.position)) {
    const key = streamKey(entry)
    const { tenant, streamId, version } = entry
    const seen = versions.get(key)?.version ?? known.seen.get(key) ?? 0
    if (version <= seen) {
      duplicates += 1
      if (!isUnusable(entry)) repeats.push(entry)
    } else if (known.parked.has(key) || poison.has(key)) {
      if (version > (queued.get(key)?.version ?? 0)) queued.set(key, { tenant, streamId, version })
    } else if (version > seen + 1) stray ??= entry
    else if (isUnusable(entry)) poison.set(key, entry)
    else {
      apply.push(entry)
      versions.set(key, { tenant, streamId, version })
    }
  }
  return {
    apply,
    versions: [...versions.values()],
    duplicates,
    repeats,
    poison: [...poison.values()],
    queued: [...queued.values()],
    ...(stray === undefined ? {} : { stray })
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
