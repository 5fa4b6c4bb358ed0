import { Schema } from "effect"
import type { EventMetadata, JsonObject, RecordedEvent } from "./event.envelope.ts"

export const CONTENT_TYPE = "application/cloudevents+json"

/** CloudEvents 1.0 in JSON, as published to JetStream and served by the feed; extension names are lower case by that specification. */
export const CloudEvent = Schema.Struct({
  specversion: Schema.Literal("1.0"),
  id: Schema.String,
  source: Schema.String,
  type: Schema.String,
  subject: Schema.String,
  time: Schema.String,
  datacontenttype: Schema.Literal("application/json"),
  tenant: Schema.String,
  streamversion: Schema.Int,
  position: Schema.Int,
  actor: Schema.Struct({ kind: Schema.String, id: Schema.String, roles: Schema.Array(Schema.String) }),
  correlationid: Schema.String,
  causationid: Schema.String,
  traceparent: Schema.optionalKey(Schema.String),
  data: Schema.Record(Schema.String, Schema.Json)
}).annotate({ identifier: "CloudEvent" })
export type CloudEvent = typeof CloudEvent.Type

/** `session.opened`, version 1 → `sluice.session.opened.v1`. */
export const cloudEventType = (type: string, schemaVersion: number): string => `sluice.${type}.v${schemaVersion}`

/** The inverse of `cloudEventType`; undefined for a type that is not ours. */
export const parseCloudEventType = (type: string): { type: string; schemaVersion: number } | undefined => {
  const match = /^sluice\.([a-z-]+\.[a-z-]+)\.v(\d+)$/.exec(type)
  return match === null ? undefined : { type: match[1] as string, schemaVersion: Number(match[2]) }
}

export const SOURCE = "/sluice"

export const toCloudEvent = (event: RecordedEvent): CloudEvent => ({
  specversion: "1.0",
  id: event.eventId,
  source: SOURCE,
  type: cloudEventType(event.type, event.schemaVersion),
  subject: event.streamId,
  time: event.recordedAt,
  datacontenttype: "application/json",
  tenant: event.tenant,
  streamversion: event.version,
  position: event.position,
  actor: event.metadata.actor,
  correlationid: event.metadata.correlationId,
  causationid: event.metadata.causationId,
  ...(event.metadata.traceparent === undefined ? {} : { traceparent: event.metadata.traceparent }),
  data: event.data
})

/** Throws an `Error` for a type that is not ours; the caller treats it as poison. */
export const fromCloudEvent = (event: CloudEvent): RecordedEvent => {
  const parsed = parseCloudEventType(event.type)
  if (parsed === undefined) throw new Error(`Not an event type of Sluice: ${event.type}`)
  const metadata: EventMetadata = {
    actor: event.actor as EventMetadata["actor"],
    correlationId: event.correlationid,
    causationId: event.causationid,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent })
  }
  return {
    position: event.position,
    tenant: event.tenant,
    streamId: event.subject,
    version: event.streamversion,
    eventId: event.id,
    type: parsed.type,
    schemaVersion: parsed.schemaVersion,
    data: event.data as JsonObject,
    metadata,
    recordedAt: event.time
  }
}
