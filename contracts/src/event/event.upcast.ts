import type { Schema } from "effect"
import type { DomainEvent, EventMetadata } from "./event.envelope.ts"

/** What of the envelope an upcast may look at: what every reader of an event has at hand, folds of the event store too. */
export type UpcastMetadata = Pick<EventMetadata, "actor">

/**
 * From one version of an event type to the next: a pure function of the recorded event, so that it reads the same for ever,
 * wherever and however often it is read. Never changed after release.
 */
export interface Upcast {
  readonly type: string
  /** The version that it reads; it gives version `from` + 1. */
  readonly from: number
  /** Of `{ type, data }` in version `from`. */
  readonly schema: Schema.Codec<DomainEvent, unknown>
  readonly upcast: (data: DomainEvent["data"], metadata: UpcastMetadata) => DomainEvent["data"]
}

/** An upcast whose shapes the compiler has held against each other: `Old` is what `schema` reads, `New` what comes of it. */
export const upcasting =
  <New extends DomainEvent>() =>
  <Old extends DomainEvent & { readonly type: New["type"] }>(one: {
    readonly type: New["type"]
    readonly from: number
    readonly schema: Schema.Codec<Old, unknown>
    readonly upcast: (data: Old["data"], metadata: UpcastMetadata) => New["data"]
  }): Upcast => ({ ...one, upcast: (data, metadata) => one.upcast(data as Old["data"], metadata) })
