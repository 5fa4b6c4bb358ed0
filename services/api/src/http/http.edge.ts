import { Api } from "@sluice/contracts/api"
import { BadRequest, InternalError, MethodNotAllowed, RouteNotFound } from "@sluice/contracts/http/http.errors"
import { PROBLEM_CONTENT_TYPE, problem } from "@sluice/contracts/http/problem"
import { Cause, Context, Effect, References, Schema } from "effect"
import { HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { type Announce, announcing } from "./deprecation.headers.ts"
import { logRequest } from "./request.log.ts"
import { allowedMethods } from "./routes.known.ts"
import { CurrentTrace, type Trace, traceOf } from "./trace.ts"

/** Seconds after which somebody who was sent away with 503 may come back. */
const RETRY_AFTER = "1"

const allowed = allowedMethods(Api)
const announceOurs = announcing(Api)

const STATUSES = { BadRequest: 400, RouteNotFound: 404, MethodNotAllowed: 405, InternalError: 500 } as const
const encode = Schema.encodeUnknownSync(
  Schema.Union([
    problem(BadRequest, STATUSES.BadRequest),
    problem(RouteNotFound, STATUSES.RouteNotFound),
    problem(MethodNotAllowed, STATUSES.MethodNotAllowed),
    problem(InternalError, STATUSES.InternalError)
  ])
)

const refused = (error: BadRequest | RouteNotFound | MethodNotAllowed | InternalError, headers = {}) =>
  HttpServerResponse.text(JSON.stringify(encode(error)), {
    status: STATUSES[error._tag],
    contentType: PROBLEM_CONTENT_TYPE,
    headers
  })

/**
 * What is around every request, whoever answers it: a trace, a look at the URL, an answer where no route or handler has
 * one, and the headers that come with a status, or with a route that is about to go. Nothing leaves without a body that
 * says what is wrong.
 */
export const edge = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  announce: Announce = announceOurs
) =>
  Effect.withFiber<HttpServerResponse.HttpServerResponse, never, R | HttpServerRequest.HttpServerRequest>((fiber) => {
    const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
    const trace = traceOf(request.headers)
    const started = performance.now()
    const answer = unreadable(request.url) ?? preflight(request)
    return (answer === undefined ? app : Effect.succeed(answer)).pipe(
      Effect.catchCause((cause) => fallback(cause, request)),
      Effect.flatMap((response) => {
        const { status } = response
        const headers = { ...statusHeaders(status, request, trace), ...announce(request.method, request.url) }
        const complete = HttpServerResponse.setHeaders(response, headers)
        const line = logRequest(fiber, request, status, started)
        return line === undefined ? Effect.succeed(complete) : Effect.as(line, complete)
      }),
      Effect.provideContext(
        Context.make(CurrentTrace, trace).pipe(Context.add(References.CurrentLogAnnotations, { trace_id: trace.id }))
      )
    )
  })

/** Percent-encoding that stands for no text, or for one that cannot be stored. */
const unreadable = (url: string): HttpServerResponse.HttpServerResponse | undefined => {
  if (!url.includes("%")) return undefined
  const [path = "", query = ""] = url.split("?", 2)
  const issues = [
    ...(isText(path) ? [] : [{ pointer: "/path", message: "is not percent-encoded UTF-8" }]),
    ...(isText(query) ? [] : [{ pointer: "/query", message: "is not percent-encoded UTF-8" }])
  ]
  return issues.length === 0 ? undefined : refused(new BadRequest({ issues }))
}

const isText = (encoded: string): boolean => {
  try {
    return !decodeURIComponent(encoded).includes("\u0000")
  } catch {
    return false
  }
}

/** `OPTIONS`: what may be done here. */
const preflight = (request: HttpServerRequest.HttpServerRequest) => {
  if (request.method !== "OPTIONS") return undefined
  const methods = allowed(pathOf(request.url))
  return methods.length === 0
    ? undefined
    : HttpServerResponse.empty({ status: 204, headers: { allow: methods.join(", ") } })
}

const pathOf = (url: string): string => url.split(/[?#]/, 1)[0] as string

/** There is no such route or no such method there, or a fault of ours, which is logged. */
const fallback = (cause: Cause.Cause<unknown>, request: HttpServerRequest.HttpServerRequest) => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  const error = Cause.squash(cause)
  if (HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound") {
    const methods = allowed(pathOf(request.url))
    return Effect.succeed(
      methods.length === 0
        ? refused(new RouteNotFound({}))
        : refused(new MethodNotAllowed({ allowed: methods }), { allow: methods.join(", ") })
    )
  }
  return Effect.as(Effect.logError("a request failed", cause), refused(new InternalError({})))
}

const statusHeaders = (status: number, request: HttpServerRequest.HttpServerRequest, trace: Trace) => ({
  "x-trace-id": trace.id,
  ...(status === 503 ? { "retry-after": RETRY_AFTER } : {}),
  ...(status === 401 ? { "www-authenticate": challenge(request.headers.authorization !== undefined) } : {})
})

/** RFC 6750, section 3: `error` only where there was a token. */
const challenge = (hadToken: boolean): string => `Bearer realm="sluice"${hadToken ? ', error="invalid_token"' : ""}`
