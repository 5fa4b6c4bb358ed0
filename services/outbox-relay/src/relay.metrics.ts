import { Counter, Gauge, registry } from "@sluice/telemetry/metrics"

const registers = [registry]

export const published = new Counter({
  name: "sluice_relay_published_total",
  help: "Events acknowledged by the broker",
  registers
})
export const republished = new Counter({
  name: "sluice_relay_republished_total",
  help: "Events acknowledged again because the broker had lost them",
  registers
})
export const repairs = new Counter({
  name: "sluice_relay_repairs_total",
  help: "Losses at the broker that were found and repaired",
  registers
})
export const incarnation = new Gauge({
  name: "sluice_relay_incarnation",
  help: "Grows with every loss at the broker",
  registers
})
export const truncateBlocked = new Counter({
  name: "sluice_outbox_truncate_blocked_total",
  help: "Outbox partitions that could not be emptied because somebody held them",
  registers
})

export interface Backlog {
  readonly depth: number
  readonly oldestSeconds: number
}

/** Asks for the backlog at every scrape, on standbys too; the last known values stay while the database is away. */
export const exportBacklog = (read: () => Promise<Backlog>): void => {
  let asked: Promise<void> | undefined
  let known: Backlog = { depth: 0, oldestSeconds: 0 }
  const ask = async (): Promise<Backlog> => {
    asked ??= read()
      .then((backlog) => {
        known = backlog
      })
      .catch(() => {})
      .finally(() => {
        asked = undefined
      })
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 1_000).unref())])
    return known
  }
  new Gauge({
    name: "sluice_outbox_depth",
    help: "Committed events that wait to be published",
    registers,
    collect: async function () {
      this.set((await ask()).depth)
    }
  })
  new Gauge({
    name: "sluice_outbox_oldest_seconds",
    help: "How long the oldest of them has waited",
    registers,
    collect: async function () {
      this.set((await ask()).oldestSeconds)
    }
  })
}
