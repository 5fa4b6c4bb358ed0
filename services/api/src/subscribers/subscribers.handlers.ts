import { Api } from "@sluice/contracts/api"
import { Caller } from "@sluice/contracts/http/http.auth"
import { Unavailable } from "@sluice/contracts/http/http.errors"
import { AddSubscriber } from "@sluice/contracts/subscriber/subscriber.commands"
import {
  SubscriberDiffers,
  SubscriberNotFound,
  SubscribersUsedUp
} from "@sluice/contracts/subscriber/subscriber.errors"
import { API_PREFIX, accountName, SLOTS, slotName } from "@sluice/contracts/subscriber/subscriber.names"
import type { SubscriberView } from "@sluice/contracts/subscriber/subscriber.views"
import { EVENTS, Nats } from "@sluice/messaging"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { created, found } from "../http/answers.ts"
import { bodyOf } from "../http/body.decode.ts"
import { underKey } from "../http/command.keyed.ts"
import { ask } from "../http/read.query.ts"
import {
  ACK_WAIT_SECONDS,
  dropDurable,
  durableOf,
  ensureDurable,
  MAX_ACK_PENDING,
  makeDurable,
  orBrokerAway,
  type Slot
} from "./subscribers.durables.ts"

/** What the database knows of a subscriber. */
interface Row extends Omit<Slot, "tenant"> {
  readonly name: string
  readonly createdAt: string
}

const addBody = bodyOf(AddSubscriber)

/**
 * `/v1/subscribers`. The row comes first and the durable follows: a row without a durable is mended (`subscribers.loop.ts`), a durable
 * without a row would be a stranger's. While the broker is away neither is touched.
 * @param servers where subscribers find NATS
 */
export const subscriberHandlers = (servers: ReadonlyArray<string>) => {
  const view = (tenant: string, row: Row): SubscriberView => ({
    name: row.name,
    types: [...row.types],
    servers: [...servers],
    account: accountName(tenant),
    stream: EVENTS,
    durable: slotName(tenant, row.slot),
    apiPrefix: API_PREFIX,
    filterSubject: durableOf({ tenant, ...row }).filter_subject,
    ackWaitSeconds: ACK_WAIT_SECONDS,
    maxAckPending: MAX_ACK_PENDING,
    createdAt: row.createdAt
  })
  return HttpApiBuilder.group(Api, "subscribers", (handlers) =>
    handlers
      .handleRaw(
        "add",
        Effect.fnUntraced(function* ({ request, headers }) {
          const { tenant } = yield* Caller
          const { sent, command } = yield* addBody(request)
          yield* brokerIsThere
          const { name } = command
          // A repeat does it all again, which changes nothing where it is done: the durable may still be lacking.
          const row = yield* underKey({ name: "subscriber.add", ids: [], sent, headers }, () => addRow(tenant, command))
          const slot = { tenant, ...row }
          if (!row.isNew) {
            yield* orBrokerAway(ensureDurable(slot))
            return found(view(tenant, row))
          }
          yield* orBrokerAway(makeDurable(slot)).pipe(Effect.tapError(() => Effect.ignore(forget(tenant, name))))
          return created(view(tenant, row), `/v1/subscribers/${name}`)
        })
      )
      .handleRaw(
        "list",
        Effect.fnUntraced(function* () {
          const { tenant } = yield* Caller
          const rows = yield* ask<ReadonlyArray<Row>>((sql) => sql`select sluice.list_subscribers(${tenant}) as answer`)
          return found({ items: rows.map((row) => view(tenant, row)) })
        })
      )
      .handleRaw(
        "read",
        Effect.fnUntraced(function* ({ params: { name } }) {
          const { tenant } = yield* Caller
          const row = yield* ask<Row | null>((sql) => sql`select sluice.read_subscriber(${tenant}, ${name}) as answer`)
          return row === null ? yield* new SubscriberNotFound({ name }) : found(view(tenant, row))
        })
      )
      .handleRaw(
        "remove",
        Effect.fnUntraced(function* ({ params: { name }, headers }) {
          const { tenant } = yield* Caller
          yield* brokerIsThere
          const call = { name: "subscriber.remove", ids: [name], sent: {}, headers }
          const slot = yield* underKey(call, (isReplayed) => (isReplayed ? Effect.undefined : removeRow(tenant, name)))
          // Where this fails the subscriber is gone all the same, and the durable goes with the next look.
          if (slot !== undefined) yield* Effect.ignore(dropDurable(slotName(tenant, slot)), { log: true })
          return HttpServerResponse.empty({ status: 204 })
        })
      )
  )
}

const brokerIsThere = Effect.flatMap(Nats, (nats) =>
  nats.isConnected() ? Effect.void : Effect.fail(new Unavailable({ what: "The broker" }))
)

const addRow = Effect.fnUntraced(function* (tenant: string, { name, types }: AddSubscriber) {
  const row = yield* ask<(Row & { readonly isNew: boolean }) | null>(
    (sql) => sql`select sluice.add_subscriber(${tenant}, ${name}, ${[...new Set(types)]}::text[]) as answer`
  )
  if (row === null) return yield* new SubscribersUsedUp({ maximum: SLOTS })
  return areSame(row.types, types) ? row : yield* new SubscriberDiffers({ name, types: row.types })
})

/** Answers the slot that is free now. */
const removeRow = Effect.fnUntraced(function* (tenant: string, name: string) {
  return (yield* forget(tenant, name)) ?? (yield* new SubscriberNotFound({ name }))
})

const forget = (tenant: string, name: string) =>
  ask<number | null>((sql) => sql`select sluice.remove_subscriber(${tenant}, ${name}) as answer`)

/** The same types, in whatever order. */
const areSame = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): boolean =>
  new Set(one).symmetricDifference(new Set(other)).size === 0
