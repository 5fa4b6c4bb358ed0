import { Counter, Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]
const labelNames = ["consumer"] as const

export const lagEvents = new Gauge({
  name: "sluice_consumer_lag_events",
  help: "Messages of the stream that are not applied yet",
  labelNames,
  registers
})
export const lagSeconds = new Gauge({
  name: "sluice_consumer_lag_seconds",
  help: "Age of the oldest event that has arrived and is not applied; 0 when there is none",
  labelNames,
  registers
})
export const applied = new Counter({
  name: "sluice_consumer_applied_total",
  help: "Events applied",
  labelNames,
  registers
})
export const duplicates = new Counter({
  name: "sluice_consumer_duplicates_total",
  help: "Events delivered again after they were applied",
  labelNames,
  registers
})
export const skipped = new Gauge({
  name: "sluice_consumer_skipped_total",
  help: "Events that an operator decided never to apply",
  labelNames,
  registers
})
export const parkedStreams = new Gauge({
  name: "sluice_consumer_parked_streams",
  help: "Streams that stand still since one of their events failed",
  labelNames,
  registers
})
export const deadMessages = new Gauge({
  name: "sluice_consumer_dead_messages",
  help: "Messages that name no event of any stream",
  labelNames,
  registers
})
