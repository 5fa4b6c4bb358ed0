import type { Ground } from "./ground/ground.servers.ts"

/** The keys of the closing JSON line that somebody wants something of, and what. */
export const wanted = {
  bus_vs_emmett: { at: "least", value: 4 },
  bus_vs_pgbench: { at: "least", value: 1.3 },
  http_vs_pgbench: { at: "least", value: 0.5 },
  nats_vs_http: { at: "least", value: 1 },
  sustained_vs_pgbench: { at: "least", value: 0.3 },
  relay_vs_publish: { at: "least", value: 0.4 },
  projector_vs_consume: { at: "least", value: 0.25 },
  billing_vs_consume: { at: "least", value: 0.15 },
  usage_query_p99_ms: { at: "most", value: 100 },
  e2e_p50_ms: { at: "most", value: 15 },
  e2e_p99_ms: { at: "most", value: 60 },
  append_at_1m_vs_empty: { at: "least", value: 0.9 },
  load_10k_vs_10: { at: "most", value: 3 },
  run_command_late_vs_early: { at: "most", value: 2 },
  delivery_vs_undici: { at: "least", value: 0.2 },
  webhook_p50_ms: { at: "most", value: 50 },
  webhook_p99_beside_hanging: { at: "most", value: 1.5 },
  sse_stuck_vs_none: { at: "most", value: 1.5 },
  relay_beside_snapshot_vs_fresh: { at: "least", value: 0.8 },
  rss_max_mb: { at: "most", value: 250 }
} as const satisfies Record<string, { readonly at: "least" | "most"; readonly value: number }>
export type WantedKey = keyof typeof wanted

/** How long and how much: the full run takes minutes, the short one seconds and says nothing about speed. */
export interface Size {
  /** Alternations of a figure with what it is compared with; the median counts. */
  readonly rounds: number
  /** Seconds of one measurement, after `warmUpSeconds` that do not count. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** Seconds through every service. */
  readonly sustainedSeconds: number
  /** Events per drain of the relay, per catch-up of the projector, per burst of raw messages. */
  readonly drainEvents: number
  /** Events of a peer that is orders of magnitude slower. */
  readonly peerDrainEvents: number
  /** Events stored before the append beside a full table is measured. */
  readonly storedEvents: number
  /** Commands that pass through the relay while a snapshot is held open. */
  readonly snapshotCommands: number
  readonly longStream: number
  /** Loads of a stream per round. */
  readonly loads: number
  readonly endToEndSeconds: number
  /** Events whose webhooks pile up before they are delivered, and posts of the bare loop. */
  readonly deliveries: number
  /** Phases of the long run, and tasks of each. */
  readonly runPhases: number
  readonly phaseTasks: number
}

export const full: Size = {
  rounds: 3,
  seconds: 4,
  warmUpSeconds: 1,
  sustainedSeconds: 30,
  drainEvents: 120_000,
  peerDrainEvents: 3_000,
  storedEvents: 1_000_000,
  snapshotCommands: 200_000,
  longStream: 10_000,
  loads: 300,
  endToEndSeconds: 15,
  deliveries: 6_000,
  runPhases: 100,
  phaseTasks: 20
}

export const short: Size = {
  rounds: 1,
  seconds: 0.3,
  warmUpSeconds: 0.1,
  sustainedSeconds: 2,
  drainEvents: 2_000,
  peerDrainEvents: 100,
  storedEvents: 5_000,
  snapshotCommands: 2_000,
  longStream: 500,
  loads: 20,
  endToEndSeconds: 1,
  deliveries: 200,
  runPhases: 10,
  phaseTasks: 5
}

/** One line of the table that is not a ratio. */
export interface Absolute {
  readonly what: string
  readonly value: number
  readonly unit: string
}

/** What a figure came to: what is wanted by key, and every absolute value it rests on by a key of its own. */
export interface Outcome {
  readonly wanted: Readonly<Partial<Record<WantedKey, number>>>
  readonly absolute: Readonly<Record<string, Absolute>>
}

/** A question about speed or size, answered on servers of its own. */
export interface Figure {
  readonly name: string
  readonly question: string
  /** What of `wanted` it answers. */
  readonly keys: ReadonlyArray<WantedKey>
  readonly run: (ground: Ground, size: Size) => Promise<Outcome>
}
