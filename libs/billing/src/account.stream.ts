import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { evolve } from "./account.evolve.ts"
import { AccountState, initial } from "./account.state.ts"

/** The narrow way in: what an event store has to know in order to load a tenant's account and to keep snapshots of it. */
export const account = {
  category: "billing",
  /** Goes up with every change of `AccountState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(AccountState) as (state: AccountState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(AccountState),
  weigh: ({ books }: AccountState): number => 1 + books.length / 4
} as const
