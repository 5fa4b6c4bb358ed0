import { AttemptOutcome } from "@sluice/contracts/delivery/delivery.views"
import { Counter, Gauge, Histogram, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const deliveriesTotal = new Counter({
  name: "sluice_webhook_deliveries_total",
  help: "Deliveries that ended: delivered, dead",
  labelNames: ["outcome"],
  registers
})
export const attemptsTotal = new Counter({
  name: "sluice_webhook_attempts_total",
  help: "Attempts that ended, by how: delivered, refused, timeout, unreachable, forbidden-address, interrupted, unknown",
  labelNames: ["outcome"],
  registers
})
export const attemptSeconds = new Histogram({
  name: "sluice_webhook_attempt_seconds",
  help: "How long an attempt took, from connecting until its answer was read",
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  registers
})
export const inFlight = new Gauge({
  name: "sluice_webhook_in_flight",
  help: "Attempts under way in this instance",
  registers
})
export const oldestPendingSeconds = new Gauge({
  name: "sluice_webhook_oldest_pending_seconds",
  help: "Age of the oldest event that an active endpoint has still to get; 0 when there is none",
  registers
})
export const dead = new Gauge({
  name: "sluice_webhook_dead",
  help: "Deliveries that were given up and not made again",
  registers
})
export const disabledEndpoints = new Gauge({
  name: "sluice_webhook_disabled_endpoints",
  help: "Endpoints that were given up",
  registers
})

// A rate can be taken of what has never happened yet.
for (const outcome of ["delivered", "dead"]) deliveriesTotal.inc({ outcome }, 0)
for (const outcome of AttemptOutcome.literals) attemptsTotal.inc({ outcome }, 0)
