import { Schema } from "effect"
import type { DomainEvent } from "./event.envelope.ts"
import { categoryOf } from "./event.stream-id.ts"
import type { Upcast, UpcastMetadata } from "./event.upcast.ts"

/** One version of an event type: what may be found in a log, on a subject or in a feed. */
export interface EventVersion<E extends DomainEvent = DomainEvent> {
  /** `<category>.<event>` */
  readonly type: E["type"]
  readonly category: string
  /** From 1 on, without a gap. */
  readonly schemaVersion: number
  /** Of `{ type, data }` in this version. */
  readonly schema: Schema.Codec<E, unknown>
}

/** Every version of every type, oldest first within a type; the newest ones alone are written. */
export interface EventVersions<E extends DomainEvent> {
  readonly newest: ReadonlyArray<EventVersion<E>>
  readonly all: ReadonlyArray<EventVersion>
}

/**
 * The versions that newest shapes and upcasts add up to. Throws an `Error` unless the upcasts of each type lead, one from
 * each version, from version 1 to the newest: what was once recorded must stay readable.
 */
export const versionsOf = <E extends DomainEvent>(
  newest: Readonly<Record<string, Schema.Codec<E, unknown>>>,
  upcasts: ReadonlyArray<Upcast>
): EventVersions<E> => {
  const older = Map.groupBy(upcasts, ({ type }) => type)
  for (const type of older.keys())
    if (!Object.hasOwn(newest, type)) throw new Error(`There is an upcast of ${type}, and no such event type`)
  const chains = Object.entries(newest).map(([type, schema]) => {
    const category = categoryOf(type)
    const steps = older.get(type) ?? []
    for (const [index, { from }] of steps.entries())
      if (from !== index + 1) throw new Error(`Upcast ${index + 1} of ${type} reads version ${from}: want ${index + 1}`)
    const past = steps.map(({ from, schema }) => ({ type, category, schemaVersion: from, schema }))
    return { past, now: { type, category, schemaVersion: past.length + 1, schema } }
  })
  return { newest: chains.map(({ now }) => now), all: chains.flatMap(({ past, now }) => [...past, now]) }
}

/** A recorded event, as far as its reading is concerned. */
export interface Recorded {
  readonly type: string
  readonly schemaVersion: number
  readonly data: unknown
  readonly metadata: UpcastMetadata
}

/** Reads recorded events of these versions; keys that a shape does not know are dropped. */
export const decoderOf = <E extends DomainEvent>(versions: EventVersions<E>, upcasts: ReadonlyArray<Upcast>) => {
  const shapes = Map.groupBy(versions.all, ({ type }) => type)
  const steps = Map.groupBy(upcasts, ({ type }) => type)
  const readers = new Map(
    [...shapes].map(([type, all]) => [
      type,
      { decoders: all.map(({ schema }) => Schema.decodeUnknownSync(schema)), steps: steps.get(type) ?? [] }
    ])
  )
  const readerOf = (type: string) => {
    const reader = readers.get(type)
    if (reader === undefined) throw new Error(`Unknown event type: ${type}`)
    return reader
  }

  /**
   * The event in its newest shape. Throws an `Error` that names the type, where type or version is unknown or the data does
   * not fit. What upcasts give is held against the newest shape too: an envelope may name an actor that is none.
   */
  const decode = ({ type, schemaVersion, data, metadata }: Recorded): E => {
    const { decoders, steps } = readerOf(type)
    const fit = (version: number, data: unknown): DomainEvent => {
      const decode = decoders[version - 1]
      if (decode === undefined) throw new Error(`Unknown version of event type ${type}: ${version}`)
      try {
        return decode({ type, data })
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new Error(`Data does not fit event type ${type}, version ${version}: ${why}`, { cause })
      }
    }
    const event = fit(schemaVersion, data)
    if (schemaVersion === decoders.length) return event as E
    const raised = steps.slice(schemaVersion - 1).reduce((data, step) => step.upcast(data, metadata), event.data)
    return fit(decoders.length, raised) as E
  }
  return {
    decode,
    /** The version under which a type is written today. Throws an `Error` for an unknown type. */
    newestOf: (type: string): number => readerOf(type).decoders.length
  }
}
