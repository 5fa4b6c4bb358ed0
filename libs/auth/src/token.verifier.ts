import type { Principal } from "@sluice/contracts/actor/principal"
import { Effect } from "effect"
import { errors, jwtVerify } from "jose"
import { LRUCache } from "lru-cache"
import { principalOf } from "./principal.claims.ts"
import { KeysUnavailable, TokenRefused } from "./token.errors.ts"
import { issuerKeys } from "./token.keys.ts"

export interface VerifierOptions {
  readonly issuer: string
  readonly audience: string
  /** `https://…`, `http://…` or `file://…` */
  readonly jwksUrl: string
}

export interface Verifier {
  /** Who a bearer token speaks for. */
  readonly verify: (token: string) => Effect.Effect<Principal, TokenRefused | KeysUnavailable>
}

/** A signature costs more than a command, so a good token is remembered: at most so many, and for so long (milliseconds). */
const REMEMBERED = 10_000
const REMEMBERED_FOR = 5 * 60_000
const LONGEST_TOKEN = 8192

/** Verifies JWTs: signature (RS256, ES256 or EdDSA), issuer, audience, expiry (which they must have), then the claims. */
export const verifier = (options: VerifierOptions): Verifier => {
  const keys = issuerKeys(options.jwksUrl)
  const good = new LRUCache<string, { readonly principal: Principal; readonly until: number }>({ max: REMEMBERED })

  const check = async (token: string): Promise<Principal> => {
    if (token.length > LONGEST_TOKEN) throw new TokenRefused({ reason: "The token is too long" })
    const { payload } = await jwtVerify(token, keys, {
      issuer: options.issuer,
      audience: options.audience,
      algorithms: ["RS256", "ES256", "EdDSA"],
      requiredClaims: ["exp"]
    })
    const principal = principalOf(payload)
    if (principal === undefined)
      throw new TokenRefused({ reason: "The token's claims are not those of a user of Sluice" })
    const until = Math.min((payload.exp as number) * 1000, Date.now() + REMEMBERED_FOR)
    good.set(token, { principal, until })
    return principal
  }

  return {
    verify: (token) =>
      Effect.suspend(() => {
        const known = good.get(token)
        if (known !== undefined && Date.now() < known.until) return Effect.succeed(known.principal)
        return Effect.tryPromise({ try: () => check(token), catch: refusal })
      })
  }
}

/** What of jose's errors a caller may know. Everything that is not about the token is about the keys. */
const refusal = (error: unknown): TokenRefused | KeysUnavailable => {
  if (error instanceof TokenRefused) return error
  if (error instanceof errors.JWTExpired) return new TokenRefused({ reason: "The token has expired" })
  if (error instanceof errors.JWTClaimValidationFailed)
    return new TokenRefused({ reason: `The token's claim ${error.claim} is missing or not accepted` })
  const aboutKeys = [errors.JWKSTimeout, errors.JWKSInvalid, errors.JWKInvalid]
  if (
    error instanceof errors.JOSEError &&
    error.code !== errors.JOSEError.code &&
    !aboutKeys.some((kind) => error instanceof kind)
  )
    return new TokenRefused({ reason: "The token is malformed or its signature is not valid" })
  return new KeysUnavailable()
}
