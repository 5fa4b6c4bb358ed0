import type { Actor } from "@sluice/contracts/actor/actor"
import type { AnyEvent } from "@sluice/contracts/event/event.registry"

/** The name of an event, without its version: `approval.requested`. */
export type EventName = AnyEvent["type"]

type Category = EventName extends `${infer C}.${string}` ? C : never

/** Which events one wants: one type, all of a category (`approval.*`), or all. */
export type EventPattern = EventName | `${Category}.*` | "*"

/** The events that a pattern stands for. */
export type Matching<P extends EventPattern> = P extends "*"
  ? AnyEvent
  : P extends `${infer C}.*`
    ? Extract<AnyEvent, { readonly type: `${C}.${string}` }>
    : Extract<AnyEvent, { readonly type: P }>

/** What every event says beside its type and data. */
export interface EventEnvelope {
  /** Unique for ever. */
  readonly id: string
  readonly tenant: string
  /** The stream: `<category>-<id>`, for example `approval-0197…`. */
  readonly subject: string
  /** Of the stream after this event: 1, 2, 3 … Unique with `subject`. */
  readonly streamVersion: number
  /** Orders all events of all streams; it has holes. */
  readonly position: number
  /** When it was recorded: RFC 3339, UTC. */
  readonly time: string
  readonly actor: Actor
  /** Groups everything that one outside request set off. */
  readonly correlationId: string
  readonly causationId: string
  readonly traceparent?: string
}

type Typed<E> = E extends AnyEvent ? EventEnvelope & { readonly type: E["type"]; readonly data: E["data"] } : never

/** An event in its newest shape, whichever version was recorded; `switch (event.type)` narrows its data. */
export type SluiceEvent<P extends EventPattern = "*"> = Typed<Matching<P>>
