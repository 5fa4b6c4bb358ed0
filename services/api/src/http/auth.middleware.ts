import { KeysUnavailable, type Verifier } from "@sluice/auth"
import { TenantMismatch } from "@sluice/contracts/command/command.errors"
import { Auth, Caller, NeedsScope } from "@sluice/contracts/http/http.auth"
import { ScopeMissing, Unauthenticated, Unavailable } from "@sluice/contracts/http/http.errors"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { AddressedTenant } from "./command.door.ts"
import { refused } from "./command.refused.ts"

/** Lets through who has a good token with the scope that the endpoint asks for, and tells the endpoint who it is. */
export const authLayer = (verifier: Verifier) =>
  Layer.succeed(
    Auth,
    Auth.of({
      bearer: Effect.fnUntraced(function* (serve, { credential, endpoint }) {
        const token = Redacted.value(credential)
        if (token === "") return yield* new Unauthenticated({ reason: "A bearer token is needed" })
        const principal = yield* verifier
          .verify(token)
          .pipe(
            Effect.mapError((error) =>
              error instanceof KeysUnavailable
                ? new Unavailable({ what: "The issuer of tokens" })
                : new Unauthenticated({ reason: error.message })
            )
          )
        const tenant = yield* AddressedTenant
        if (tenant !== undefined && tenant !== principal.tenant) return refused(new TenantMismatch({ tenant }))
        const scopes = Option.getOrElse(Context.getOption(endpoint.annotations, NeedsScope), () => [])
        if (!scopes.some((scope) => principal.scopes.has(scope))) return yield* new ScopeMissing({ scopes })
        return yield* Effect.provideService(serve, Caller, principal)
      })
    })
  )
