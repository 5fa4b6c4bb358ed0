import { Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const stuckKinds = ["run", "approval", "timer", "webhook", "parked"] as const

export const stuck = new Gauge({
  name: "sluice_stuck",
  help: "What waits for something that will never come: runs, approvals that runs wait for, timers late by more than a minute, parked streams",
  labelNames: ["kind"],
  registers
})
export const runs = new Gauge({ name: "sluice_runs", help: "Runs by status", labelNames: ["status"], registers })
export const phases = new Gauge({
  name: "sluice_phases",
  help: "Phases of all runs by status; one that is blocked counts as blocked, whatever its status beneath",
  labelNames: ["status"],
  registers
})
export const oldestWaiting = new Gauge({
  name: "sluice_approval_oldest_seconds",
  help: "How long the oldest pending checkpoint and sign-off have waited; 0 when there is none",
  labelNames: ["subject"],
  registers
})
