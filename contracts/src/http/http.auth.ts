import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import type { Principal, Scope } from "../actor/principal.ts"
import { ScopeMissing, Unauthenticated, Unavailable } from "./http.errors.ts"
import { problem } from "./problem.ts"

/** Who makes the request: provided by `Auth`. */
export class Caller extends Context.Service<Caller, Principal>()("sluice/http/Caller") {}

/** Annotation of an endpoint: the token needs one of these scopes. An endpoint without it is open to nobody. */
export class NeedsScope extends Context.Service<NeedsScope, ReadonlyArray<Scope>>()("sluice/http/NeedsScope") {}

/** Bearer JWT. Refuses with 401 and `WWW-Authenticate`, or 403 when the scope is missing. */
export class Auth extends HttpApiMiddleware.Service<Auth, { provides: Caller }>()("sluice/http/Auth", {
  security: {
    bearer: HttpApiSecurity.bearer.pipe(
      HttpApiSecurity.annotate(OpenApi.Description, "JWT with the claims tenant, sub, roles, scope and kind")
    )
  },
  error: [problem(Unauthenticated, 401), problem(ScopeMissing, 403), problem(Unavailable, 503)],
  requiredForClient: true
}) {}
