import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./approval.evolve.ts"
import { ApprovalState, initial } from "./approval.state.ts"

/** The narrow way in: what an event store has to know in order to load an approval and to keep snapshots of it. */
export const approval = {
  category: "approval",
  /** Goes up with every change of `ApprovalState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(ApprovalState) as (state: ApprovalState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(ApprovalState)
} as const
