import { Schema } from "effect"
import { SubscriberName } from "./subscriber.commands.ts"

const Timestamp = Schema.String.pipe(Schema.annotate({ format: "date-time" }))
const told = (description: string) => Schema.String.annotate({ description })

/** A subscriber and how it connects: everything a client of JetStream needs, but the tenant's own key. */
export const SubscriberView = Schema.Struct({
  name: SubscriberName,
  types: Schema.Array(Schema.String).annotate({
    description: "What it asked for; where other types come too, pass over them"
  }),
  servers: Schema.Array(Schema.String).annotate({ description: "Addresses of NATS, any of them" }),
  account: told("The tenant's account; its users sign in with their nkey"),
  stream: told("Stream to consume"),
  durable: told("Durable consumer: it is there, and only to be pulled from"),
  apiPrefix: told("What stands for $JS.API (client option apiPrefix)"),
  filterSubject: told("What the durable delivers"),
  ackWaitSeconds: Schema.Int.annotate({ description: "A message not acknowledged by then comes again" }),
  maxAckPending: Schema.Int.annotate({ description: "Messages that may be delivered and not acknowledged" }),
  createdAt: Timestamp
}).annotate({ identifier: "Subscriber" })
export type SubscriberView = typeof SubscriberView.Type

/** There are few, so a list has all of them, by name. */
export const SubscriberList = Schema.Struct({ items: Schema.Array(SubscriberView) }).annotate({
  identifier: "SubscriberList"
})
