import { readFileSync } from "node:fs"
import { join } from "node:path"
import { PriceInput } from "@sluice/contracts/billing/billing.commands"
import { DateTime, Effect, Schema } from "effect"
import { describeStatement } from "../cli/billing.lines.ts"
import type { Client } from "../cli/shared/api.client.ts"

/** What the demo's tenant pays, and what its month comes to. */

const decodePrices = Schema.decodeUnknownEffect(Schema.Array(PriceInput), { errors: "all", onExcessProperty: "error" })

/** Publishes `prices.json`, in force from the beginning of the month that runs. */
export const publishPrices = (client: Client) =>
  Effect.gen(function* () {
    const text = readFileSync(join(import.meta.dirname, "prices.json"), "utf8")
    const prices = yield* decodePrices(JSON.parse(text))
    const effectiveFrom = DateTime.toUtc(DateTime.startOf(yield* DateTime.now, "month"))
    yield* client.billing.publishPrices({ headers: {}, payload: { effectiveFrom, prices } })
  })

/** This month so far, as far as billing is. */
export const statementOf = (client: Client) =>
  Effect.gen(function* () {
    const month = DateTime.formatIso(yield* DateTime.now).slice(0, 7)
    return describeStatement(yield* client.billing.statement({ params: { month }, headers: {}, query: {} }))
  })
