import { Counter, Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const firedTotal = new Counter({
  name: "sluice_timers_fired_total",
  help: "Timers that came up, by what became of them: fired, moved (not due any more), moot (nothing left to do), waiting (tried again in a second), failed",
  labelNames: ["kind", "outcome"],
  registers
})
export const lateSeconds = new Gauge({
  name: "sluice_timers_late_seconds",
  help: "How long the oldest timer that is due has been due; 0 when none is",
  registers
})
export const pending = new Gauge({
  name: "sluice_timers_pending",
  help: "Timers that are set",
  labelNames: ["kind"],
  registers
})
export const failing = new Gauge({
  name: "sluice_timers_failing",
  help: "Timers that failed when they were last tried",
  registers
})
