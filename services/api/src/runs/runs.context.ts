import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import { Effect } from "effect"
import { CurrentTrace, correlationIdOf } from "../http/trace.ts"

/** What every decision on a run is given by this request: all but the time, and whom it is about. */
export const requestContext = Effect.gen(function* () {
  const { actor } = yield* Caller
  const trace = yield* CurrentTrace
  return { actor, correlationId: correlationIdOf(trace.id), freshId: freshId() }
})
