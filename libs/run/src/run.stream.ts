import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./run.evolve.ts"
import { initial, RunState } from "./run.state.ts"
import { weigh } from "./run.weight.ts"

/** The narrow way in: what an event store has to know in order to load a run and to keep snapshots of it. */
export const run = {
  category: "run",
  /** Goes up with every change of `RunState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(RunState) as (state: RunState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(RunState),
  weigh
} as const
