import type { Change } from "@sluice/contracts/compatibility/compatibility.change"
import { type Contracts, compareContracts } from "@sluice/contracts/compatibility/compatibility.gate"

/** Small contracts in the shape of ours, to be changed one thing at a time. */

// biome-ignore lint/suspicious/noExplicitAny: documents are changed at will
export type Loose = any

const ref = (...steps: ReadonlyArray<string>) => ({ $ref: `#/${steps.join("/")}` })
const closed = (properties: object, required: ReadonlyArray<string>) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false
})
const message = (name: string, payload: object, contentType = "application/json") => ({
  name,
  contentType,
  headers: { type: "object", properties: { "Trace-Id": { type: "string" } }, required: ["Trace-Id"] },
  payload
})

const problem = (name: string, status: number) =>
  closed(
    {
      type: { type: "string", enum: [`urn:problem:${name}`] },
      status: { type: "integer", enum: [status] },
      detail: { type: "string" }
    },
    ["type", "status", "detail"]
  )

/** The field whose schema the table of schemas changes; in a command, in an event, in an answer. */
const schemas = (field: unknown) => ({
  Field: field,
  Place: closed({ field: ref("components", "schemas", "Field"), note: { type: "string" } }, ["field"]),
  Order: closed({ id: { type: "string" }, field: ref("components", "schemas", "Field") }, ["id", "field"]),
  NotFoundProblem: problem("not-found", 404),
  GoneProblem: problem("gone", 404)
})

const TENANT = { tenant: ref("components", "parameters", "tenant") }

const asyncapi = (field: unknown): object => ({
  asyncapi: "3.0.0",
  info: { title: "Small", version: "1" },
  defaultContentType: "application/json",
  servers: { nats: { host: "localhost", protocol: "nats", security: [ref("components", "securitySchemes", "nkey")] } },
  channels: {
    "evt.order.placed": {
      address: "evt.{tenant}.order.placed",
      parameters: TENANT,
      "x-jetstream": { stream: "EVENTS" },
      messages: { "order.placed.v1": ref("components", "messages", "order.placed.v1") }
    },
    "evt.order.paid": {
      address: "evt.{tenant}.order.paid",
      parameters: TENANT,
      "x-jetstream": { stream: "EVENTS" },
      messages: { "order.paid.v1": ref("components", "messages", "order.paid.v1") }
    },
    "cmd.order.place": {
      address: "cmd.{tenant}.order.place",
      parameters: TENANT,
      messages: { "cmd.order.place": ref("components", "messages", "cmd.order.place") }
    },
    "reply.order.place": {
      address: null,
      messages: {
        "answer.order.place": ref("components", "messages", "answer.order.place"),
        "problem.NotFound": ref("components", "messages", "problem.NotFound")
      }
    }
  },
  operations: {
    "receive.order.placed": {
      action: "receive",
      channel: ref("channels", "evt.order.placed"),
      messages: [ref("channels", "evt.order.placed", "messages", "order.placed.v1")]
    },
    "receive.order.paid": {
      action: "receive",
      channel: ref("channels", "evt.order.paid"),
      messages: [ref("channels", "evt.order.paid", "messages", "order.paid.v1")]
    },
    "send.order.place": {
      action: "send",
      channel: ref("channels", "cmd.order.place"),
      messages: [ref("channels", "cmd.order.place", "messages", "cmd.order.place")],
      security: [ref("components", "securitySchemes", "bearer")],
      reply: {
        channel: ref("channels", "reply.order.place"),
        messages: [
          ref("channels", "reply.order.place", "messages", "answer.order.place"),
          ref("channels", "reply.order.place", "messages", "problem.NotFound")
        ]
      }
    }
  },
  components: {
    messages: {
      "order.placed.v1": message("order.placed.v1", event("order.placed.v1"), "application/cloudevents+json"),
      "order.paid.v1": message("order.paid.v1", event("order.paid.v1"), "application/cloudevents+json"),
      "cmd.order.place": message("order.place", closed({ body: ref("components", "schemas", "Place") }, ["body"])),
      "answer.order.place": message("order.place.answer", { type: "object", properties: { id: { type: "string" } } }),
      "problem.NotFound": message(
        "not-found",
        ref("components", "schemas", "NotFoundProblem"),
        "application/problem+json"
      )
    },
    schemas: {
      ...schemas(field),
      Envelope: {
        type: "object",
        properties: { type: { type: "string" }, time: { type: "string", format: "date-time" }, data: {} },
        required: ["type", "time", "data"]
      }
    },
    parameters: { tenant: { description: "Whose", enum: ["acme", "beta"] } },
    securitySchemes: {
      nkey: { type: "asymmetricEncryption", description: "A key pair" },
      bearer: { type: "http", scheme: "bearer" }
    }
  }
})

const event = (type: string) => ({
  allOf: [ref("components", "schemas", "Envelope")],
  type: "object",
  properties: {
    type: { const: type },
    data:
      type === "order.placed.v1"
        ? { type: "object", properties: { field: ref("components", "schemas", "Field") }, required: ["field"] }
        : { type: "object" }
  }
})

const json = (schema: object) => ({ "application/json": { schema } })

const openapi = (field: unknown): object => ({
  openapi: "3.1.0",
  info: { title: "Small", version: "1" },
  paths: {
    "/v1/orders": {
      get: {
        operationId: "orders.list",
        security: [{ bearer: [] }],
        parameters: [
          { name: "limit", in: "query", required: false, schema: { type: "string", maxLength: 3 } },
          { name: "X-Trace-Id", in: "header", required: false, schema: { type: "string" } }
        ],
        responses: { "200": { content: json({ type: "array", items: { type: "string" } }) } }
      },
      post: {
        operationId: "orders.place",
        security: [{ bearer: [] }],
        parameters: [],
        requestBody: { required: true, content: json(ref("components", "schemas", "Place")) },
        responses: {
          "201": {
            content: json(ref("components", "schemas", "Order")),
            headers: { ETag: { required: true, schema: { type: "string" } } }
          }
        }
      }
    },
    "/v1/orders/{id}": {
      get: {
        operationId: "orders.read",
        security: [{ bearer: [] }],
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string", maxLength: 40 } }],
        responses: {
          "200": { content: json(ref("components", "schemas", "Order")) },
          "404": {
            content: {
              "application/problem+json": {
                schema: {
                  anyOf: [ref("components", "schemas", "NotFoundProblem"), ref("components", "schemas", "GoneProblem")]
                }
              }
            }
          }
        }
      }
    }
  },
  components: { schemas: schemas(field), securitySchemes: { bearer: { type: "http", scheme: "bearer" } } }
})

export const smallContracts = (field: unknown = { type: "string" }): Contracts =>
  structuredClone({ asyncapi: asyncapi(field), openapi: openapi(field) }) as unknown as Contracts

export const CHANGELOG = "# Changelog\n\n## Unreleased\n\n- Nothing yet.\n\n## 1.0.0\n\n- Everything.\n"
export const NOW = new Date("2027-03-01T00:00:00Z")

/** What changes between small contracts and the same after a change. */
export const changesBy = (
  change: (contracts: { readonly asyncapi: Loose; readonly openapi: Loose }) => unknown,
  before: (contracts: { readonly asyncapi: Loose; readonly openapi: Loose }) => unknown = () => {},
  changelog = CHANGELOG
): ReadonlyArray<Change> => {
  const released = smallContracts()
  before(released)
  const current = structuredClone(released)
  change(current)
  return compareContracts(released, current, { changelog, now: NOW })
}

/** A second version of an event, the same as the first. */
export const addVersion = ({ channels, operations, components }: Loose) => {
  const { messages } = channels["evt.order.placed"]
  messages["order.placed.v2"] = { $ref: "#/components/messages/order.placed.v2" }
  components.messages["order.placed.v2"] = structuredClone(components.messages["order.placed.v1"])
  operations["receive.order.placed"].messages.push({ $ref: "#/channels/evt.order.placed/messages/order.placed.v2" })
}

/** Which of the beginnings a sentence has; the sentence itself where it has none. */
export const foundAs = (beginnings: ReadonlyArray<string>, sentence: string): string =>
  beginnings.find((beginning) => sentence.startsWith(beginning)) ?? sentence
