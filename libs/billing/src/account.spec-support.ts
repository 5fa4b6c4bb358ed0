import { PublishPrices } from "@sluice/contracts/billing/billing.commands"
import type { BillingEvent, PriceLine } from "@sluice/contracts/billing/billing.events"
import { type Happened, minute, person, storyteller } from "@sluice/contracts/testing/testing.given-when-then"
import { Schema } from "effect"
import type { PostingContext } from "./account.decide.ts"
import { account } from "./account.stream.ts"

/** The words of the specs of a tenant's account. */

export type Story = ReadonlyArray<Happened<BillingEvent>>
export const given = storyteller<typeof account.initial, BillingEvent>(account)

export const treasurer = person("ada", "finance")
/** The stories begin on 1 January 2026. */
export const at = (minutes: number): PostingContext => ({
  id: "a-1",
  actor: treasurer,
  now: minute(minutes),
  postingId: "p-9"
})

/** A body as it is sent. */
export const book = (effectiveFrom: string, prices: ReadonlyArray<object>): PublishPrices =>
  Schema.decodeUnknownSync(PublishPrices)({ effectiveFrom, prices })

export const flat = (meter: string, price: string, model = "*"): PriceLine => ({
  meter,
  model,
  tiers: [{ upTo: null, price }]
})

export const publishedNow = (
  version: number,
  effectiveFrom: string,
  ...prices: ReadonlyArray<PriceLine>
): BillingEvent => ({ type: "billing.prices-published", data: { version, effectiveFrom, prices } })
export const published = (...args: Parameters<typeof publishedNow>): Happened<BillingEvent> => ({
  event: publishedNow(...args),
  by: treasurer
})
export const closed = (month: string): Happened<BillingEvent> => ({
  event: { type: "billing.month-closed", data: { month } }
})
