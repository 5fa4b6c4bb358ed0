import { Schema } from "effect"

/** The token is malformed, forged, expired, for somebody else, or claims what no token may. It never says what is in it. */
export class TokenRefused extends Schema.TaggedError<TokenRefused>()("TokenRefused", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

/** The issuer's keys cannot be had just now, so nobody can say whether the token is good. */
export class KeysUnavailable extends Schema.TaggedError<KeysUnavailable>()("KeysUnavailable", {}) {
  override get message(): string {
    return "The keys of the token's issuer cannot be read"
  }
}
