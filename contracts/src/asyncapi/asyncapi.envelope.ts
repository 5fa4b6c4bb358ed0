import { CloudEvent, SOURCE } from "../event/event.cloud-event.ts"
import { jsonSchemasOf } from "./asyncapi.json-schema.ts"
import { type JsonSchema, type Schemas, schemaRef } from "./asyncapi.types.ts"

/** The CloudEvents envelope that all events share, with what a reader must know of each attribute. */

const ATTRIBUTES: Readonly<Record<keyof CloudEvent, JsonSchema>> = {
  specversion: { description: "Version of CloudEvents." },
  id: {
    description: "The event's own id (UUID), equal however often it is delivered; also the Nats-Msg-Id.",
    minLength: 1
  },
  source: { description: `Always ${SOURCE}.`, format: "uri-reference", minLength: 1 },
  type: { description: "sluice.<category>.<event>.v<version>: names the schema of data." },
  subject: {
    description: "The event stream that the event belongs to: <category>-<id>. Order is kept within a stream.",
    minLength: 1
  },
  time: { description: "When it was recorded, by the database's clock (RFC 3339, UTC).", format: "date-time" },
  datacontenttype: { description: "What data is." },
  tenant: { description: "Whose event it is." },
  streamversion: {
    description:
      "1, 2, 3 … within the subject. An event may arrive again: one whose streamversion is not above the last one seen of its subject was seen before.",
    minimum: 1
  },
  position: {
    description: "Place in the whole history of all streams; ascending, with holes. The feed continues after it.",
    minimum: 1
  },
  actor: { description: "Who acted, with the roles held when acting; of kind system where Sluice itself did." },
  correlationid: { description: "Groups everything that one outside request set off; its X-Trace-Id." },
  causationid: { description: "The command, or the event, that caused this event." },
  traceparent: { description: "W3C Trace Context of the request, where it had one." },
  data: { description: "What happened; its schema follows from type." }
}

/** Under its name in `#/components/schemas/`, with what it refers to. */
export const ENVELOPE = "event.CloudEvent"

export const envelopeSchemas = (): Schemas["definitions"] => {
  const { definitions } = jsonSchemasOf([CloudEvent], { prefix: "event." })
  const envelope = definitions[ENVELOPE]
  const properties = envelope?.properties as Readonly<Record<keyof CloudEvent, JsonSchema>>
  const described = Object.entries(properties).map(([name, schema]) => [
    name,
    { ...schema, ...ATTRIBUTES[name as keyof CloudEvent] }
  ])
  return {
    ...definitions,
    [ENVELOPE]: {
      title: "CloudEvent",
      description:
        "CloudEvents 1.0 in JSON, structured mode. Attributes and keys that you do not know may be added: ignore them.",
      ...envelope,
      properties: Object.fromEntries(described)
    }
  }
}

/** The whole message of one type of event: the envelope, with a type and data of its own. */
export const enveloped = (type: string, category: string, data: string): JsonSchema => ({
  allOf: [schemaRef(ENVELOPE)],
  type: "object",
  properties: {
    type: { type: "string", const: type },
    subject: { type: "string", pattern: `^${category}-` },
    data: schemaRef(data)
  }
})
