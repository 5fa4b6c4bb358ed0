import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { without } from "@sluice/contracts/json/json.without"
import type { DefinitionState } from "./definition.state.ts"
import { definition } from "./definition.stream.ts"

/** The rows of `sluice.definitions`: one document each, which `view` holds with its digest and the time it was recorded. */
export const definitionReadModel = {
  name: "definitions",
  category: definition.category,
  initial: definition.initial,
  evolve: definition.evolve,
  toRow: (_id: string, state: DefinitionState) => {
    if (state.status === "none") return undefined
    const shown = without(definition.encode(state), { status: null })
    return { version: 1, view: shown, fold: { status: state.status } }
  },
  /** Throws a `SchemaError` for what is no row of this version of the fold. */
  ofRow: (row: { readonly view: JsonObject; readonly fold: JsonObject }): DefinitionState =>
    definition.decode({ ...row.view, ...row.fold })
} as const
