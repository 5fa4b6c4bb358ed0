import type { Fact, JsonObject } from "@sluice/contracts/event/event.envelope"
import type { DefinitionEvent } from "@sluice/contracts/workflow/workflow.events"
import { Schema } from "effect"
import { DefinitionState, initial } from "./definition.state.ts"

/** The first document of a stream stays what it is. */
const evolve = (state: DefinitionState, fact: Fact<DefinitionEvent>): DefinitionState =>
  state.status === "none" ? { status: "recorded", ...fact.data, createdAt: fact.recordedAt } : state

/** The narrow way in: what an event store has to know in order to load a document. */
export const definition = {
  category: "definition",
  /** Goes up with every change of `DefinitionState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(DefinitionState) as (state: DefinitionState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(DefinitionState),
  /** Texts take their length, and what holds them about as much again. */
  weigh: (state: DefinitionState): number =>
    state.status === "none" ? 1 : (2 * JSON.stringify(state.document).length) / 1024
} as const
