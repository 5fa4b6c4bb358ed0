import { Tenant } from "@sluice/contracts/actor/actor"
import {
  type CloudEvent,
  CloudEvent as CloudEventSchema,
  fromCloudEvent
} from "@sluice/contracts/event/event.cloud-event"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import { Result, Schema, Struct } from "effect"
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
const Data = Schema.Struct({ data: Schema.Record(Schema.String, Schema.Unknown) })
const Envelope = CloudEventSchema.mapFields(Struct.omit(["data"])).pipe((head) =>
  Schema.Struct({ ...head.fields, ...Data.fields })
)
const decodeEnvelope = Schema.decodeUnknownResult(Envelope)
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

/** Reads a message's bytes as the CloudEvent of one of our events. Never throws. */
export const readMessage = (consumer: Consumer, bytes: Uint8Array): Reading => {
  let json: unknown
  try {
    json = JSON.parse(text.decode(bytes))
  } catch (error) {
    return { dead: `Not JSON: ${describe(error)}` }
  }
  const named = decodeIdentity(json)
  if (Result.isFailure(named)) return { dead: `Not an event of Sluice: ${named.failure.message}` }
  const { subject, tenant, streamversion, position, id, type } = named.success
  if (!hears(consumer, categoryOf(subject))) return {}
  const identity = { tenant, streamId: subject, version: streamversion, position, eventId: id, type }
  const envelope = decodeEnvelope(json)
  if (Result.isFailure(envelope)) return { entry: { ...identity, unusable: envelope.failure.message } }
  try {
    return { entry: decodeEntry(consumer, fromCloudEvent(envelope.success as CloudEvent)) }
  } catch (error) {
    return { entry: { ...identity, unusable: describe(error) } }
  }
}
