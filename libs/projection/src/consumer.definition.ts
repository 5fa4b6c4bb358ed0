import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import type { LeaseOptions } from "@sluice/lease/lease"
import type { DeclaredConsumer } from "@sluice/messaging"
import type { DbError, Postgres } from "@sluice/postgres"
import type { Effect } from "effect"

/**
 * One thing a consumer does with events. `apply` runs inside the transaction that saves the consumer's checkpoint, so its
 * writes commit with it or not at all: write through `Postgres.query`, and nowhere else. Events come in the order of their
 * versions within a stream, each of them once; a failure or a defect is the events' fault and leads to parking.
 */
export interface Reaction {
  readonly name: string
  readonly apply: (events: ReadonlyArray<RecordedEvent>) => Effect.Effect<unknown, unknown, Postgres>
}

export interface Consumer {
  /** Names the lease, the durable and the rows of the checkpoint; letters, digits, hyphens. */
  readonly name: string
  /** Of whose events it hears, whole categories only, so that versions are contiguous. */
  readonly categories: ReadonlyArray<string> | "all"
  readonly reactions: ReadonlyArray<Reaction>
  /** The event in its newest shape; throws for one it does not know. */
  readonly decode: (event: RecordedEvent) => RecordedEvent
  /** Told, in the same transaction, of events that came again; nothing is applied for them. */
  readonly onRepeats?: (events: ReadonlyArray<RecordedEvent>) => Effect.Effect<unknown, DbError, Postgres>
}

export interface ConsumerSettings {
  /** The stream to read and the durable's settings, as `ops/nats` declares them. Acknowledging one message acknowledges all before it. */
  readonly durable: { readonly stream: string; readonly config: DeclaredConsumer }
  /** Shown to operators as the holder of the lease. */
  readonly instance: string
  /** Messages of one transaction at most. Default `BATCH`. */
  readonly batch?: number
  /** Attempts to apply an event before its stream is parked. Default 3. */
  readonly attempts?: number
  /** Milliseconds between two looks at incarnations, stream, durable and released streams. Default 1000. */
  readonly watchEvery?: number
  /** Told after each transaction that applied events, once it has committed. Not told of one that committed just before a crash. */
  readonly onApplied?: () => void
  readonly lease?: Pick<LeaseOptions, "ttl" | "renewEvery">
}

/** Large enough that most events of a stream that is caught up with meet in one write of its row. */
export const BATCH = 4000

export const leaseName = (consumer: Consumer): string => `consumer-${consumer.name}`

export const hears = (consumer: Consumer, category: string): boolean =>
  consumer.categories === "all" || consumer.categories.includes(category)

/** As SQL wants it: null is all. */
export const heardCategories = ({ categories }: Consumer): Array<string> | null =>
  categories === "all" ? null : [...categories]
