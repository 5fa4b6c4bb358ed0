import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./mark.evolve.ts"
import { initial, MarkState } from "./mark.state.ts"

/** The narrow way in: what an event store has to know in order to load marks and to keep snapshots of them. */
export const mark = {
  category: "notification",
  /** Goes up with every change of `MarkState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(MarkState) as (state: MarkState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(MarkState)
} as const
