import type { DbError, Postgres } from "@sluice/postgres"
import { type Effect, Schema } from "effect"
import type { StreamKey } from "./verify.page.ts"

/** Somebody else is at it. */
export class RebuildUnderWay extends Schema.TaggedError<RebuildUnderWay>()("RebuildUnderWay", { name: Schema.String }) {
  override get message(): string {
    return `${this.name} is being rebuilt already; if that process was killed, try again in a few seconds`
  }
}
/** The log holds something that cannot be applied, or the table is never free; the old table stands as it did. */
export class RebuildFailed extends Schema.TaggedError<RebuildFailed>()("RebuildFailed", { message: Schema.String }) {}

/** How far a consumer was at a moment. */
export interface Mark {
  /** Of its checkpoint. */
  readonly position: number
  /** Streams that stand elsewhere than the checkpoint says: parked ones, and those applied further. */
  readonly odd: ReadonlyArray<StreamKey>
}

/** Runs a piece of work as one transaction, which fails once somebody else has taken the rebuild over. */
export type Page = <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | DbError, R | Postgres>
/** Told how many more events are through. */
export type Tick = (events: number) => void

/** What can be built anew: tables that follow from the log, and how to write them under another name. */
export interface RebuildTarget {
  readonly name: string
  /** With the columns of their primary keys, those of their rows first. */
  readonly tables: ReadonlyArray<{ readonly name: string; readonly key: ReadonlyArray<string> }>
  /** How many events there are to apply, about. */
  readonly size: Effect.Effect<number, DbError, Postgres>
  /** Writes into empty tables what the consumer has applied, at least up to the moment of the call. */
  readonly fill: (page: Page, tick: Tick) => Effect.Effect<void, DbError | RebuildFailed, Postgres>
  /**
   * Adds what the consumer has applied between two marks; what is there already does no harm. Exact where the consumer
   * stands still since `to`. Answers how many events that was.
   */
  readonly follow: (from: Mark, to: Mark, page: Page) => Effect.Effect<number, DbError | RebuildFailed, Postgres>
}

/** Under which name a table is built. */
export const nextOf = (table: string): string => `${table}_next`
