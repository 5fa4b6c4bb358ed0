import { Context, Effect } from "effect"

/** Succeeds when the server that serves this request begins to stop: an answer without an end has to end then. */
export const Closing = Context.Reference<Effect.Effect<void>>("sluice/api/Closing", {
  defaultValue: () => Effect.never
})
