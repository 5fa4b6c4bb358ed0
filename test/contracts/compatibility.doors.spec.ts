import { expect, it } from "vitest"
import { addVersion, changesBy, foundAs, type Loose } from "./compatibility.spec-support.ts"

/** Changes of the AsyncAPI document beside those of a field's schema, each with its verdict and the beginning of its sentence; none where nobody notices. */
type Change = (asyncapi: Loose) => unknown
type Row = readonly [name: string, change: Change, ...told: ReadonlyArray<string>]

const messageOf = (asyncapi: Loose, name: string) => asyncapi.components.messages[name]

const rename = (object: Loose, from: string, to: string) => {
  object[to] = object[from]
  delete object[from]
}

const rows: ReadonlyArray<Row> = [
  // Subjects, doors, servers
  [
    "the subject of an event",
    ({ channels }) => Object.assign(channels["evt.order.placed"], { address: "evt.{tenant}.orders.placed" }),
    "breaking for subscribers: the event order.placed: its subject is evt.{tenant}.orders.placed, was evt.{tenant}.order.placed"
  ],
  [
    "the subject of a command",
    ({ channels }) => Object.assign(channels["cmd.order.place"], { address: "cmd.order.place" }),
    "breaking for publishers: the command order.place: its subject is cmd.order.place, was cmd.{tenant}.order.place"
  ],
  [
    "an event less",
    ({ operations }) => delete operations["receive.order.paid"],
    "breaking for subscribers: the event order.paid: it is gone"
  ],
  [
    "an event more",
    ({ operations }) =>
      Object.assign(operations, { "receive.order.sent": structuredClone(operations["receive.order.paid"]) }),
    "free for subscribers: the event order.sent: it is new"
  ],
  [
    "an event renamed",
    ({ operations }) => rename(operations, "receive.order.paid", "receive.order.settled"),
    "breaking for subscribers: the event order.paid: it is gone",
    "free for subscribers: the event order.settled: it is new"
  ],
  [
    "a command less",
    ({ operations }) => delete operations["send.order.place"],
    "breaking for publishers: the command order.place: it is gone"
  ],
  [
    "a command more",
    ({ operations }) =>
      Object.assign(operations, { "queue.order.place": { ...operations["send.order.place"], reply: undefined } }),
    "free for publishers: the queued command order.place: it is new"
  ],
  [
    "a command becomes an event",
    ({ operations }) => Object.assign(operations["send.order.place"], { action: "receive" }),
    "breaking for publishers: the command order.place: clients receive it, they used to send it"
  ],
  [
    "another protocol",
    ({ servers }) => Object.assign(servers.nats, { protocol: "mqtt" }),
    "breaking for publishers: the server nats: its protocol is mqtt, was nats",
    "breaking for subscribers: the server nats: its protocol is mqtt, was nats"
  ],
  ["another host", ({ servers }) => Object.assign(servers.nats, { host: "elsewhere" })],
  // Where to look, and as whom
  [
    "a value more in subjects",
    ({ components }) => components.parameters.tenant.enum.push("gamma"),
    'breaking for subscribers: tenant in a subject gains the value "gamma" (in the event order.placed and the event order.paid)',
    'free for publishers: the command order.place: tenant in its subject gains the value "gamma"'
  ],
  [
    "a value less in subjects",
    ({ components }) => components.parameters.tenant.enum.pop(),
    'free for subscribers: tenant in a subject loses the value "beta"',
    'breaking for publishers: the command order.place: tenant in its subject loses the value "beta"'
  ],
  [
    "another stream",
    ({ channels }) => Object.assign(channels["evt.order.paid"]["x-jetstream"], { stream: "PAID" }),
    "breaking for subscribers: the event order.paid: its JetStream stream is PAID, was EVENTS"
  ],
  [
    "replies elsewhere",
    ({ channels }) => Object.assign(channels["reply.order.place"], { address: "replies.order" }),
    "breaking for publishers: the command order.place: replies go to replies.order, no longer where the request says"
  ],
  [
    "credentials of another kind",
    ({ components }) => Object.assign(components.securitySchemes, { nkey: { type: "userPassword" } }),
    "breaking for publishers: the server nats: its credentials nkey changed",
    "breaking for subscribers: the server nats: its credentials nkey changed"
  ],
  [
    "other credentials",
    ({ operations }) =>
      Object.assign(operations["send.order.place"], { security: [{ $ref: "#/components/securitySchemes/nkey" }] }),
    "breaking for publishers: the command order.place: its credentials are nkey, were bearer"
  ],
  [
    "credentials for events",
    ({ operations }) =>
      Object.assign(operations["receive.order.paid"], { security: [{ $ref: "#/components/securitySchemes/nkey" }] }),
    "breaking for subscribers: the event order.paid: its credentials are nkey, were none"
  ],
  [
    "other credentials too",
    ({ operations }) => operations["send.order.place"].security.push({ $ref: "#/components/securitySchemes/nkey" })
  ],
  ["no credentials", ({ operations }) => delete operations["send.order.place"].security],
  // Messages
  [
    "the reply less",
    ({ operations }) => operations["send.order.place"].reply.messages.shift(),
    "breaking for publishers: the command order.place: the message answer.order.place is gone"
  ],
  ["a refusal less", ({ operations }) => operations["send.order.place"].reply.messages.pop()],
  [
    "a content type",
    (asyncapi) => Object.assign(messageOf(asyncapi, "order.paid.v1"), { contentType: "application/json" }),
    "breaking for subscribers: the event order.paid: contentType of the message order.paid.v1 is application/json, was application/cloudevents+json"
  ],
  [
    "a header required of commands",
    (asyncapi) => {
      const { headers } = messageOf(asyncapi, "cmd.order.place")
      headers.properties.Key = { type: "string" }
      headers.required.push("Key")
    },
    "breaking for publishers: the headers of the command order.place: Key is new and required"
  ],
  [
    "a header optional for commands",
    (asyncapi) => Object.assign(messageOf(asyncapi, "cmd.order.place").headers.properties, { Key: { type: "string" } }),
    "free for publishers: the headers of the command order.place: Key is new, and optional"
  ],
  [
    "a header less in replies",
    (asyncapi) => Object.assign(messageOf(asyncapi, "answer.order.place"), { headers: { type: "object" } }),
    "breaking for publishers: the headers of the reply to the command order.place: Trace-Id is gone"
  ],
  [
    "a field less in replies",
    (asyncapi) => delete messageOf(asyncapi, "answer.order.place").payload.properties.id,
    "breaking for publishers: the reply to the command order.place: id is gone"
  ],
  [
    "a field less in a refusal",
    ({ components }) => {
      delete components.schemas.NotFoundProblem.properties.detail
      components.schemas.NotFoundProblem.required.pop()
    },
    "breaking for publishers: problem.NotFound as reply: detail is gone"
  ],
  // Payloads of events
  [
    "an attribute of the envelope less",
    ({ components }) => {
      delete components.schemas.Envelope.properties.time
      components.schemas.Envelope.required.splice(1, 1)
    },
    "breaking for subscribers: order.placed version 1: time is gone",
    "breaking for subscribers: order.paid version 1: time is gone"
  ],
  [
    "an attribute of the envelope more",
    ({ components }) => Object.assign(components.schemas.Envelope.properties, { source: { type: "string" } }),
    "free for subscribers: order.placed version 1: source is new, and optional",
    "free for subscribers: order.paid version 1: source is new"
  ],
  [
    "another type",
    (asyncapi) =>
      Object.assign(messageOf(asyncapi, "order.paid.v1").payload.properties, { type: { const: "order.settled.v1" } }),
    'free for subscribers: order.paid version 1: type loses the value "order.paid.v1"',
    'breaking for subscribers: order.paid version 1: type gains the value "order.settled.v1"'
  ],
  // Versions of events
  [
    "a version less",
    ({ operations }) => operations["receive.order.placed"].messages.pop(),
    "breaking for subscribers: order.placed: version 1 is gone"
  ],
  [
    "a version more, and nobody told",
    addVersion,
    "breaking for subscribers: order.placed: version 2 is new, and the changelog does not tell"
  ],
  [
    "a version instead of another",
    (asyncapi) => {
      addVersion(asyncapi)
      asyncapi.operations["receive.order.placed"].messages.shift()
    },
    "breaking for subscribers: order.placed: version 1 is gone",
    "breaking for subscribers: order.placed: version 2 is new"
  ],
  // Nothing
  [
    "words",
    ({ info, channels, operations, components }) => {
      components.securitySchemes.nkey.description = "A pair of keys"
      components.parameters.tenant.description = "Of whom"
      info.title = "Tiny"
      channels["evt.order.paid"].description = "Paid"
      operations["receive.order.paid"].summary = "Be paid"
    }
  ]
]

for (const [name, change, ...told] of rows)
  it(name, () => {
    const found = changesBy(({ asyncapi }) => change(asyncapi)).map(
      ({ verdict, who, sentence }) => `${verdict} for ${who.split(" ")[0]}: ${sentence}`
    )
    expect(found.map((one) => foundAs(told, one)).sort()).toEqual([...told].sort())
  })
