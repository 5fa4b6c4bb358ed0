import { Gauge, registry } from "@sluice/telemetry/metrics"

export const leaseOwner = new Gauge({
  name: "sluice_lease_owner",
  help: "1 on the instance that holds the lease, 0 on a standby",
  labelNames: ["lease"],
  registers: [registry]
})
export const leaseEpoch = new Gauge({
  name: "sluice_lease_epoch",
  help: "Epoch under which this instance last held the lease",
  labelNames: ["lease"],
  registers: [registry]
})
