import { DeliveryNotFound } from "@sluice/contracts/delivery/delivery.errors"
import type { DeliveryWithAttempts } from "@sluice/contracts/delivery/delivery.views"
import { Caller } from "@sluice/contracts/http/http.auth"
import { Effect } from "effect"
import { ask } from "../http/read.query.ts"

/** A delivery of the caller's tenant with its attempts, as the notification service's tables have it. */
export const deliveryOf = (id: string) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const row = yield* ask<DeliveryWithAttempts | null>(
      (sql) => sql`select sluice.read_delivery(${tenant}, ${id}) as answer`
    )
    return row === null ? yield* new DeliveryNotFound({ deliveryId: id }) : row
  })
