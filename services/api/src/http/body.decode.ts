import type { Json } from "@sluice/contracts/event/event.envelope"
import { MalformedBody } from "@sluice/contracts/http/http.errors"
import { type InputIssue, InputRefused } from "@sluice/contracts/input/input.errors"
import { Effect, Result, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { readBody } from "./body.read.ts"
import { storableIssues } from "./body.storable.ts"
import { issuesOf } from "./input.issues.ts"

/** Nobody reads more faults than these, and an answer must not be much larger than its question. */
const MOST_ISSUES = 1000

/** A command's body: as it was sent (for the hash of its idempotency key), and what it means. */
export interface Body<A> {
  readonly sent: Json
  readonly command: A
}

/**
 * The way from a request to the command in its body: 400, 413, 415 when it is no JSON of ours, 422 naming every fault.
 * `whenEmpty` stands for a body that is not there. `also` finds faults that the schema sees only in a body that is good otherwise.
 */
export const bodyOf = <A>(
  schema: Schema.Codec<A, unknown>,
  whenEmpty?: Json,
  also: (sent: unknown) => ReadonlyArray<InputIssue> = () => []
) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  const understand = (sent: unknown): Effect.Effect<Body<A>, MalformedBody | InputRefused> => {
    if (sent === undefined) return Effect.fail(new MalformedBody({ reason: "The body is empty; it must be JSON" }))
    const unstorable = storableIssues(sent)
    const decoded = decode(sent)
    if (Result.isSuccess(decoded) && unstorable.length === 0)
      return Effect.succeed({ sent: sent as Json, command: decoded.success })
    const misfits = Result.isFailure(decoded) ? issuesOf(decoded.failure.issue) : []
    const others = also(sent).filter(({ pointer }) => misfits.every((misfit) => misfit.pointer !== pointer))
    return Effect.fail(new InputRefused({ issues: [...unstorable, ...misfits, ...others].slice(0, MOST_ISSUES) }))
  }
  return (request: HttpServerRequest.HttpServerRequest) =>
    Effect.flatMap(readBody(request), (sent) => understand(sent === undefined ? whenEmpty : sent))
}
