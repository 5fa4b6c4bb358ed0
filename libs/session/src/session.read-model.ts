import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { without } from "@sluice/contracts/json/json.without"
import type { SessionState } from "./session.state.ts"
import { session } from "./session.stream.ts"
import { view } from "./session.view.ts"

/**
 * The rows of `sluice.sessions`: `view` is what is read, `fold` what the state holds beside it. Together they are the
 * state, so the next event is applied to the row alone.
 */
export const sessionReadModel = {
  name: "sessions",
  category: session.category,
  initial: session.initial,
  evolve: session.evolve,
  /** Of a session that was never opened there is no row. */
  toRow: (id: string, state: SessionState) => {
    if (state.status === "none") return undefined
    const shown = view(id, state) as unknown as JsonObject
    return { version: state.version, view: shown, fold: without(session.encode(state), shown) }
  },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly view: JsonObject; readonly fold: JsonObject }): SessionState =>
    session.decode({ ...row.view, ...row.fold })
} as const
