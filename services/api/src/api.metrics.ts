import { Counter, Gauge, Histogram, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

/** `outcome`: accepted, unchanged, replayed, or why not: the kind of refusal, in the words of the problem types. */
export const commandsTotal = new Counter({
  name: "sluice_commands_total",
  help: "Commands by type and outcome",
  labelNames: ["command", "outcome"],
  registers
})

export const commandDuration = new Histogram({
  name: "sluice_command_duration_seconds",
  help: "From a decoded command to its answer, queueing included",
  labelNames: ["command"],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers
})

export const batchCommands = new Histogram({
  name: "sluice_batch_commands",
  help: "Commands per batch that was appended",
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  registers
})

export const batchBytes = new Histogram({
  name: "sluice_batch_bytes",
  help: "Bytes per batch that was appended",
  buckets: [1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
  registers
})

/** Commands that wait for a batch, as read by `queued`. */
export const exposeQueue = (queued: () => number): void => {
  registry.removeSingleMetric("sluice_command_queue")
  new Gauge({
    name: "sluice_command_queue",
    help: "Commands waiting for a batch",
    registers,
    collect() {
      this.set(queued())
    }
  })
}
