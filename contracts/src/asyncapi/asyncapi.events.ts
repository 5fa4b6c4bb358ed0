import { Schema } from "effect"
import { CONTENT_TYPE, cloudEventType } from "../event/event.cloud-event.ts"
import { eventVersions, schemaVersionOf } from "../event/event.registry.ts"
import type { EventVersion } from "../event/event.versions.ts"
import { enveloped, envelopeSchemas } from "./asyncapi.envelope.ts"
import { EVENT_HEADERS } from "./asyncapi.headers.ts"
import { jsonSchemasOf } from "./asyncapi.json-schema.ts"
import { eventSamples } from "./asyncapi.samples.ts"
import {
  channelMessageRef,
  channelRef,
  emptyPart,
  type JetStream,
  type JsonSchema,
  type Message,
  messageRef,
  type Part,
  schemaRef
} from "./asyncapi.types.ts"
import { sentence, titleOf } from "./asyncapi.words.ts"

/** Events: a channel per type, on it a message per version. */

const EVENTS: JetStream = {
  stream: "EVENTS",
  description:
    "Consume with the durable that the operator provisioned for you, with the API prefix `sluice`. Acknowledge each message when it is handled; whatever is not acknowledged comes again."
}

/** `approval.requested.v2` */
const keyOf = ({ type, schemaVersion }: EventVersion): string => `${type}.v${schemaVersion}`

/** Of the struct `{ type, data }`. */
const dataOf = (schema: EventVersion["schema"]): Schema.Top =>
  (schema as unknown as Schema.Struct<{ readonly data: Schema.Top }>).fields.data

/** Effect says of an object without fields that it is not null. */
const objectOf = (schema: JsonSchema): JsonSchema => ("not" in schema ? { type: "object" } : schema)

/** What a version of an event tells, from its schema. Throws an `Error` where nobody has said it. */
const descriptionOf = ({ type, schemaVersion, schema }: EventVersion): string => {
  const description = Schema.resolveAnnotations(schema)?.description
  if (description === undefined) throw new Error(`Event type ${type}, version ${schemaVersion}, has no description`)
  const newest = schemaVersionOf(type)
  return schemaVersion === newest
    ? sentence(description)
    : `${sentence(description)} Superseded by version ${newest}: no longer written, and still to be met in older events.`
}

const messageOf = (version: EventVersion): Message => {
  const { type, category, schemaVersion } = version
  const name = cloudEventType(type, schemaVersion)
  return {
    name,
    title: `${titleOf(type)}, version ${schemaVersion}`,
    description: descriptionOf(version),
    contentType: CONTENT_TYPE,
    headers: schemaRef(EVENT_HEADERS),
    payload: schemaRef(keyOf(version)),
    correlationId: {
      description: "Groups everything that one outside request set off.",
      location: "$message.payload#/correlationid"
    },
    tags: [{ name: category }],
    examples: eventSamples(type, schemaVersion)
  }
}

export const eventsPart = (): Part => {
  const part = emptyPart()
  const { schemas, definitions } = jsonSchemasOf(
    eventVersions.map(({ schema }) => dataOf(schema)),
    { prefix: "event." }
  )
  Object.assign(part.schemas, envelopeSchemas(), definitions)
  for (const [index, version] of eventVersions.entries()) {
    const key = keyOf(version)
    part.schemas[`${key}.data`] = { ...objectOf(schemas[index] as JsonSchema), title: `Data of ${key}` }
    part.schemas[key] = enveloped(cloudEventType(version.type, version.schemaVersion), version.category, `${key}.data`)
    part.messages[key] = messageOf(version)
  }

  for (const [type, versions] of Map.groupBy(eventVersions, ({ type }) => type)) {
    const channel = `evt.${type}`
    const keys = versions.map(keyOf)
    const tags = versions.slice(0, 1).map(({ category }) => ({ name: category }))
    const description = descriptionOf(versions.at(-1) as EventVersion)
    part.channels[channel] = {
      address: `evt.{tenant}.${type}.{partition}`,
      title: titleOf(type),
      description,
      parameters: {
        tenant: { $ref: "#/components/parameters/tenant" },
        partition: { $ref: "#/components/parameters/partition" }
      },
      messages: Object.fromEntries(keys.map((key) => [key, messageRef(key)])),
      tags,
      "x-jetstream": EVENTS
    }
    part.operations[`receive.${type}`] = {
      action: "receive",
      channel: channelRef(channel),
      title: `Receive ${type}`,
      description,
      messages: keys.map((key) => channelMessageRef(channel, key)),
      tags
    }
  }
  return part
}
