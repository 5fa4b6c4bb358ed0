/**
 * Billing: pure, knows contracts only.
 *
 * meters      what is metered, one line each                    meters
 * account     commands: prices, credits, adjustments, closing   account.decide, account.rules
 *             fold, reading, way in                             account.state, account.evolve, account.view, account.stream
 * prices      versions, what is in force; graduated tiers       price.book, price.tiers
 *             what a new version changes of earlier usage       prices.change
 *             from a file of prices per token                   prices.import
 * usage       facts, active time by days; what they cost        usage.fact, usage.rating
 * ledger      entries, accounts; sums of them                   ledger.entry, billing.sums
 * plan        what events mean, in the order of the log         billing.plan, billing.memory
 * reading     statements, forecasts, money as text              statement, forecast, money.text
 * calendar    days and months, UTC                              calendar
 */
export { closeMonth, grantCredit, postAdjustment, publishPrices } from "./account.decide.ts"
export type { AccountState } from "./account.state.ts"
export { account } from "./account.stream.ts"
