import type { DeliveryView } from "@sluice/contracts/delivery/delivery.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { creationCursor, positionCursor } from "@sluice/contracts/http/http.cursor"
import { SubscriptionNotFound } from "@sluice/contracts/subscription/subscription.errors"
import type { SubscriptionView } from "@sluice/contracts/subscription/subscription.views"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { readAtLeast } from "../http/read.version.ts"
import { liveSubscription } from "./subscriptions.command.ts"

/** Reads of the notification service's tables; the functions behind them see the caller's tenant alone. */

export const readSubscription = (id: string, query: { readonly minVersion?: number; readonly wait?: string }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const notFound = () => new SubscriptionNotFound({ subscriptionId: id })
    const row = yield* readAtLeast({
      query,
      look: ask<SubscriptionView | null>((sql) => sql`select sluice.read_subscription(${tenant}, ${id}) as answer`),
      exists: liveSubscription(id).pipe(
        Effect.as(true),
        Effect.catchTag("SubscriptionNotFound", () => Effect.succeed(false))
      ),
      notFound
    })
    if (row.status === "deleted") return yield* notFound()
    return found(row, row.version)
  })

interface PageQuery {
  readonly status?: string
  readonly limit?: number
  readonly cursor?: string
}

export const listSubscriptions = (query: PageQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { status = null } = query
    return found(
      yield* pageOf({
        query,
        cursor: creationCursor,
        positionOf: ({ createdAt, id }: SubscriptionView) => [createdAt, id] as const,
        fetch: (limit, after) => {
          const [createdAt, id] = after ?? [null, null]
          return ask<ReadonlyArray<SubscriptionView>>(
            (sql) =>
              sql`select sluice.list_subscriptions(${tenant}, ${status}, ${limit}, ${createdAt}, ${id}) as answer`
          )
        }
      })
    )
  })

interface DeliveryRow {
  readonly position: number
  readonly view: DeliveryView
}

export const listDeliveries = (id: string, query: PageQuery) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const { status = null } = query
    yield* liveSubscription(id)
    const { items, nextCursor } = yield* pageOf({
      query,
      cursor: positionCursor,
      positionOf: ({ position }: DeliveryRow) => [position] as const,
      fetch: (limit, after) =>
        ask<ReadonlyArray<DeliveryRow>>(
          (sql) =>
            sql`select sluice.list_deliveries(${tenant}, ${id}, ${status}, ${limit}, ${after?.[0] ?? null}) as answer`
        )
    })
    return found({ items: items.map(({ view }) => view), nextCursor })
  })
