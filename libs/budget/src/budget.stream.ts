import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./budget.evolve.ts"
import { BudgetState, initial } from "./budget.state.ts"

/** The narrow way in: what an event store has to know in order to load a budget and to keep snapshots of it. */
export const budget = {
  category: "budget",
  /** Goes up with every change of `BudgetState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(BudgetState) as (state: BudgetState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(BudgetState)
} as const
