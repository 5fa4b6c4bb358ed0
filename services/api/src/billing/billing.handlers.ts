import { Api } from "@sluice/contracts/api"
import { HttpApiBuilder } from "effect/http-api"
import { adjust, closeMonth, credit, publishPrices } from "./billing.commands.ts"
import * as billingQueries from "./billing.queries.ts"

/** `/v1/billing`: commands go to the tenant's account, reads to the tables that follow from it and from everything that was used. */
export const billingHandlers = HttpApiBuilder.group(Api, "billing", (handlers) =>
  handlers
    .handleRaw("publishPrices", publishPrices)
    .handleRaw("listPrices", billingQueries.listPrices)
    .handleRaw("readPrices", billingQueries.readPrices)
    .handleRaw("grantCredit", credit)
    .handleRaw("postAdjustment", adjust)
    .handleRaw("usage", billingQueries.usage)
    .handleRaw("ledger", billingQueries.ledger)
    .handleRaw("balance", () => billingQueries.balance)
    .handleRaw("statements", billingQueries.statements)
    .handleRaw("statement", billingQueries.statement)
    .handleRaw("closeMonth", closeMonth)
    .handleRaw("forecast", billingQueries.forecast)
)
