import { Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const driftTotal = new Gauge({
  name: "sluice_billing_drift",
  help: "Differences between what billing keeps and what the events say, over all tenants, when that was last proven; anything but 0 is wrong",
  registers
})
export const proofAt = new Gauge({
  name: "sluice_billing_proof_timestamp_seconds",
  help: "When the last proof over all tenants was done; 0 on instances that prove nothing",
  registers
})
export const proofSeconds = new Gauge({
  name: "sluice_billing_proof_seconds",
  help: "How long the last proof over all tenants took",
  registers
})
