import { Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const subscribers = new Gauge({
  name: "sluice_subscribers",
  help: "Subscribers that have a durable at the broker, as last seen",
  registers
})

/** Of all tenants together: whose it is must not be in a metric; the broker's own tools name the durable. */
export const furthestBehind = new Gauge({
  name: "sluice_subscriber_behind_events",
  help: "Events that the subscriber which is furthest behind has not acknowledged yet, as last seen",
  registers
})
