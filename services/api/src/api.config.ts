import { Schema } from "effect"

/** Where the issuer's public keys are. */
export const keysUrl = Schema.String.check(
  Schema.makeFilter(
    (text) =>
      (URL.canParse(text) && ["http:", "https:", "file:"].includes(new URL(text).protocol)) ||
      "must be a URL that starts with https://, http:// or file://"
  )
)
