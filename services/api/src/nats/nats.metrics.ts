import { Counter, Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

/**
 * `door`: request or queue. `outcome`: done, refused (4xx), deferred (503, tried again or told to), failed (500), overloaded (not
 * even looked at), unanswerable (nobody to answer), parked.
 */
export const natsCommands = new Counter({
  name: "sluice_nats_commands_total",
  help: "Commands that came over NATS, by door and what became of each delivery",
  labelNames: ["door", "outcome"],
  registers
})

export const inHand = new Gauge({
  name: "sluice_nats_commands_in_hand",
  help: "Commands over NATS being handled, by door",
  labelNames: ["door"],
  registers
})

export const queuedCommands = new Gauge({
  name: "sluice_queued_commands",
  help: "Commands in the stream COMMANDS that are not done yet, as last seen",
  registers
})

export const parkedCommands = new Gauge({
  name: "sluice_parked_commands",
  help: "Commands that could not be handled again and again and wait for an operator, as last seen",
  registers
})

/** `stream`: COMMANDS or PARKED. Full, the first takes no more commands from anybody, the second none that must be parked. */
export const commandStreamFilled = new Gauge({
  name: "sluice_command_stream_filled",
  help: "How much of what a stream of commands may hold is in it, from 0 to 1, as last seen",
  labelNames: ["stream"],
  registers
})

/** The outcome of an answer. */
export const outcomeOf = (status: number): "done" | "refused" | "deferred" | "failed" =>
  status < 400 ? "done" : status < 500 ? "refused" : status === 503 ? "deferred" : "failed"
