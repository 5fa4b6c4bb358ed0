import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./workflow.evolve.ts"
import { initial, WorkflowState } from "./workflow.state.ts"

/** The narrow way in: what an event store has to know in order to load a workflow and to keep snapshots of it. */
export const workflow = {
  category: "workflow",
  /** Goes up with every change of `WorkflowState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(WorkflowState) as (state: WorkflowState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(WorkflowState)
} as const
