import { Tenant } from "@sluice/contracts/actor/actor"
import {
  type CloudEvent,
  CloudEvent as CloudEventSchema,
  fromCloudEvent
} from "@sluice/contracts/event/event.cloud-event"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import { Result, Schema } from "effect"
import { type Consumer, hears } from "./consumer.definition.ts"
import { describe } from "./consumer.errors.ts"

/** Which event it is. */
export type EventIdentity = Pick<RecordedEvent, "tenant" | "streamId" | "version" | "position" | "eventId" | "type">

/** An event that can be named and not be understood: poison of its stream. */
export interface Unusable extends EventIdentity {
  readonly unusable: string
}
export type Entry = RecordedEvent | Unusable

export const isUnusable = (entry: Entry): entry is Unusable => "unusable" in entry

/** What a message holds: an entry, nothing for us (another category), or nothing that has a name. */
export type Reading = { readonly entry?: Entry; readonly dead?: string }

/** The event in its newest shape, or why it cannot be understood. */
export const decodeEntry = (consumer: Consumer, event: RecordedEvent): Entry => {
  try {
    return consumer.decode(event)
  } catch (error) {
    return { ...identityOf(event), unusable: describe(error) }
  }
}

const identityOf = ({ tenant, streamId, version, position, eventId, type }: EventIdentity): EventIdentity => ({
  tenant,
  streamId,
  version,
  position,
  eventId,
  type
})

const text = new TextDecoder("utf-8", { fatal: true })
/** What can be asked of the database whoever wrote the message: printable, bounded, within the columns' types. */
const Identity = Schema.Struct({
  id: Schema.String.check(Schema.isUUID()),
  type: Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{1,200}$/)),
  subject: Schema.String.check(Schema.isPattern(/^[a-z]+-[\x21-\x7e]{1,200}$/)),
  tenant: Tenant,
  streamversion: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 })),
  position: Schema.Int.check(Schema.isGreaterThan(0))
})
const decodeIdentity = Schema.decodeUnknownResult(Identity)
const decodeEnvelope = Schema.decodeUnknownResult(
  CloudEventSchema.mapFields((fields) => ({
    ...fields,
    ...Identity.fields,
    data: Schema.Record(Schema.String, Schema.Unknown)
  }))
)

/** Reads a message's bytes as the CloudEvent of one of our events. Never throws. */
export const readMessage = (consumer: Consumer, bytes: Uint8Array): Reading => {
  let json: unknown
  try {
    json = JSON.parse(text.decode(bytes))
  } catch (error) {
    return { dead: `Not JSON: ${describe(error)}` }
  }
  const envelope = decodeEnvelope(json)
  if (Result.isFailure(envelope)) return readIdentity(consumer, json, envelope.failure.message)
  const event = envelope.success as CloudEvent
  if (!hears(consumer, categoryOf(event.subject))) return {}
  try {
    return { entry: decodeEntry(consumer, fromCloudEvent(event)) }
  } catch (error) {
    return readIdentity(consumer, json, describe(error))
  }
}

/** A message that is no event as it should be: poison of the stream that it names, if it names one. */
const readIdentity = (consumer: Consumer, json: unknown, unusable: string): Reading => {
  const named = decodeIdentity(json)
  if (Result.isFailure(named)) return { dead: `Not an event of Sluice: ${named.failure.message}` }
  const { subject, tenant, streamversion, position, id, type } = named.success
  if (!hears(consumer, categoryOf(subject))) return {}
  return { entry: { tenant, streamId: subject, version: streamversion, position, eventId: id, type, unusable } }
}
