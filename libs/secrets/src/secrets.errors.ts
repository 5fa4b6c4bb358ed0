import { Schema } from "effect"

/** A sealed secret cannot be opened. Neither the secret nor a key is in it. */
export class SecretUnreadable extends Schema.TaggedError<SecretUnreadable>()("SecretUnreadable", {
  /** `unknown-key`: `SECRETS_KEY` has no key of that name. `damaged`: other bytes, another key, or another owner than when it was sealed. */
  reason: Schema.Literals(["unknown-key", "damaged"]),
  keyName: Schema.String
}) {
  override get message(): string {
    return this.reason === "unknown-key"
      ? `A secret is sealed under the key ${this.keyName}, which SECRETS_KEY does not have`
      : `A secret sealed under the key ${this.keyName} cannot be opened: its bytes, its key or its owner are not those it was sealed with`
  }
}
