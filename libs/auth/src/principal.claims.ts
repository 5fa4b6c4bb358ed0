import { Tenant } from "@sluice/contracts/actor/actor"
import { type Principal, SCOPES, type Scope } from "@sluice/contracts/actor/principal"
import { Result, Schema } from "effect"

/** A text that Postgres can store and a log line can show: no control character (U+0000 is one), no lone surrogate. */
const printable = (maximum: number) =>
  Schema.String.check(
    Schema.isMinLength(1),
    Schema.isMaxLength(maximum),
    Schema.makeFilter((text) => (text.isWellFormed() && !/\p{Cc}/u.test(text)) || "must be printable")
  )

/** The claims of a token that Sluice reads; others are ignored. No token can claim the kind `system`. */
const Claims = Schema.Struct({
  tenant: Tenant,
  sub: printable(200),
  roles: Schema.optionalKey(Schema.Array(printable(50)).check(Schema.isMaxLength(100))),
  scope: Schema.optionalKey(Schema.String),
  kind: Schema.optionalKey(Schema.Literals(["user", "service", "agent"]))
})

const decode = Schema.decodeUnknownResult(Claims)
const everything: ReadonlySet<Scope> = new Set(SCOPES)

/** Who a verified token speaks for; undefined where its claims break the rules, which makes the token a bad one. */
export const principalOf = (claims: unknown): Principal | undefined => {
  const decoded = decode(claims)
  if (Result.isFailure(decoded)) return undefined
  const { tenant, sub, roles = [], scope = "", kind = "user" } = decoded.success
  return { tenant, actor: { kind, id: sub, roles: [...new Set(roles)] }, scopes: scopesOf(scope) }
}

const scopesOf = (scope: string): ReadonlySet<Scope> => {
  const words = scope.split(" ")
  if (words.includes("*")) return everything
  return new Set(SCOPES.filter((known) => words.includes(known)))
}
