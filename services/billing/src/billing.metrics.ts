import { Counter, Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const usageTotal = new Counter({
  name: "sluice_billing_usage_total",
  help: "Usages that were metered, by whether there was a price for their time: priced, unpriced",
  labelNames: ["outcome"],
  registers
})
export const entriesTotal = new Counter({
  name: "sluice_billing_entries_total",
  help: "Ledger entries that were posted",
  registers
})
export const unpriced = new Gauge({
  name: "sluice_billing_unpriced",
  help: "Usages, or parts of them, that have no price; their months are not closed by themselves",
  registers
})
export const statementsTotal = new Counter({
  name: "sluice_billing_statements_total",
  help: "Statements that were closed",
  registers
})
export const budgetsReached = new Counter({
  name: "sluice_billing_budget_events_total",
  help: "Events that tell of a budget: near its limit, or at it",
  registers
})
export const conflicts = new Counter({
  name: "sluice_billing_conflicts_total",
  help: "Events that came again with other content; nothing was posted for them",
  registers
})

// A rate can be taken of what has never happened yet.
for (const outcome of ["priced", "unpriced"]) usageTotal.inc({ outcome }, 0)
