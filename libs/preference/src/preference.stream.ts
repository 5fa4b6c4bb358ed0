import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./preference.evolve.ts"
import { initial, PreferenceState } from "./preference.state.ts"

/** The narrow way in: what an event store has to know in order to load preferences and to keep snapshots of them. */
export const preference = {
  category: "preference",
  /** Goes up with every change of `PreferenceState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(PreferenceState) as (state: PreferenceState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(PreferenceState)
} as const
