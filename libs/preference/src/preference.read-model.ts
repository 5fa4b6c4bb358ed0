import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { without } from "@sluice/contracts/json/json.without"
import type { PreferenceState } from "./preference.state.ts"
import { preference } from "./preference.stream.ts"
import { view } from "./preference.view.ts"

/**
 * The rows of `sluice.preferences`: `view` is what is read and when it was first set, `fold` what the state holds beside it.
 * Together they are the state, so the next event is applied to the row alone.
 */
export const preferenceReadModel = {
  name: "preferences",
  category: preference.category,
  initial: preference.initial,
  evolve: preference.evolve,
  /** Where nothing was set there is no row. */
  toRow: (_id: string, state: PreferenceState) => {
    if (state.status === "none") return undefined
    const shown: JsonObject = { ...view(state.owner, state), createdAt: state.createdAt }
    return { version: state.version, view: shown, fold: without(preference.encode(state), shown) }
  },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly view: JsonObject; readonly fold: JsonObject }): PreferenceState =>
    preference.decode({ ...row.view, ...row.fold })
} as const
