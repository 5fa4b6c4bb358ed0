import { Counter, Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

/** `reason`: cut-off, token-expired, log-lost or shutdown. Who went by itself is not counted. */
export const readersEnded = new Counter({
  name: "sluice_feed_ended_total",
  help: "Streams of events that were ended with a message, by reason",
  labelNames: ["reason"],
  registers
})

export const sentEvents = new Counter({
  name: "sluice_feed_sent_total",
  help: "Events sent to readers of the stream, each once per reader",
  registers
})

/** What the live feed says about itself when somebody asks. */
export const exposeFeed = (readers: () => number, lagSeconds: () => number): void => {
  const gauge = (name: string, help: string, value: () => number) => {
    registry.removeSingleMetric(name)
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      }
    })
  }
  gauge("sluice_feed_readers", "Open streams of events", readers)
  gauge(
    "sluice_feed_lag_seconds",
    "How old the end of the log is up to which every live reader has been told; 0 without readers",
    lagSeconds
  )
}
