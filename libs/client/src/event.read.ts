import { CloudEvent, fromCloudEvent, parseCloudEventType } from "@sluice/contracts/event/event.cloud-event"
import { decodeEvent, eventTypes } from "@sluice/contracts/event/event.registry"
import { Schema } from "effect"
import type { EventPattern, SluiceEvent } from "./event.types.ts"

/** Where in which stream an event stands. */
export interface Place {
  /** A stream is a tenant's: some have the same name in several. */
  readonly tenant: string
  readonly subject: string
  readonly streamVersion: number
}

/** What a message turned out to be; `place` is undefined where it does not even tell that. */
export type Reading =
  | { readonly kind: "event"; readonly place: Place; readonly event: SluiceEvent }
  /** Not of the types that are wanted. */
  | { readonly kind: "unwanted" }
  /** Wanted by its name, and younger than this contract: adding a type breaks nobody. */
  | { readonly kind: "unknown"; readonly place: Place; readonly type: string }
  | { readonly kind: "unreadable"; readonly place: Place | undefined; readonly error: Error }

const known: ReadonlySet<string> = new Set(eventTypes.map(({ type }) => type))
const decodeCloudEvent = Schema.decodeUnknownSync(CloudEvent)

/** Whether a type is among those that patterns name; the server's own filter may let more through. */
export const wants = (patterns: ReadonlyArray<EventPattern>, type: string): boolean =>
  patterns.some((pattern) => pattern === "*" || pattern === type || pattern === `${type.split(".")[0]}.*`)

/** Reads a message of the stream EVENTS. Never throws. */
export const readMessage = (patterns: ReadonlyArray<EventPattern>, data: Uint8Array): Reading => {
  let place: Place | undefined
  try {
    const cloudEvent = decodeCloudEvent(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)))
    const { tenant, subject, streamversion } = cloudEvent
    place = { tenant, subject, streamVersion: streamversion }
    const name = parseCloudEventType(cloudEvent.type)?.type
    if (name !== undefined && !wants(patterns, name)) return { kind: "unwanted" }
    if (name !== undefined && !known.has(name)) return { kind: "unknown", place, type: name }
    const recorded = fromCloudEvent(cloudEvent)
    const { metadata } = recorded
    const envelope = {
      id: recorded.eventId,
      ...place,
      position: recorded.position,
      time: recorded.recordedAt,
      ...metadata
    }
    const { type, data: newest } = decodeEvent(recorded)
    return { kind: "event", place, event: { ...envelope, type, data: newest } as SluiceEvent }
  } catch (cause) {
    return { kind: "unreadable", place, error: cause instanceof Error ? cause : new Error(String(cause)) }
  }
}
