import { Conventions } from "@sluice/contracts/http/http.conventions"
import { BadRequest, InternalError } from "@sluice/contracts/http/http.errors"
import { Effect } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import { issuesOf } from "./input.issues.ts"

const PLACES = { Params: "/path", Query: "/query", Headers: "/headers" } as const

/** Faults in path, query and headers: 400, all of them named. */
export const conventionsLayer = HttpApiMiddleware.layerSchemaErrorTransform(Conventions, ({ kind, cause }) =>
  kind === "Params" || kind === "Query" || kind === "Headers"
    ? Effect.fail(new BadRequest({ issues: issuesOf(cause.issue, PLACES[kind]) }))
    : Effect.andThen(Effect.logError("an answer does not fit the contract", cause), Effect.fail(new InternalError({})))
)
