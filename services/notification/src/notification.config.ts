import { PositiveInt, TrueOrFalse, withDefault } from "@sluice/config"
import { SecretsKey } from "@sluice/secrets"
import { Schema, SchemaTransformation } from "effect"
import { RETRY_SECONDS } from "./retry.schedule.ts"

/** `5,300,1800`: seconds, each a whole number above 0. */
const Schedule = Schema.String.check(
  Schema.makeFilter(
    (text) =>
      /^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,99}$/.test(text) || "must be whole numbers of seconds, separated by commas"
  )
).pipe(
  Schema.decodeTo(
    Schema.Array(Schema.Number),
    SchemaTransformation.transform({
      decode: (text: string): ReadonlyArray<number> => text.split(",").map(Number),
      encode: (seconds: ReadonlyArray<number>) => seconds.join(",")
    })
  )
)

/** How webhooks are delivered, as environment variables say it. */
export const webhookFields = {
  /** Opens the secrets that sign; signs links in mails. */
  SECRETS_KEY: SecretsKey,
  WEBHOOK_ALLOW_LOOPBACK: withDefault(TrueOrFalse, "false"),
  /** Seconds for one attempt as a whole; a lease must outlast it. */
  WEBHOOK_TIMEOUT_SECONDS: withDefault(PositiveInt.check(Schema.isLessThanOrEqualTo(30)), "15"),
  WEBHOOK_RETRY_SECONDS: withDefault(Schedule, RETRY_SECONDS.join(",")),
  WEBHOOK_DISABLE_AFTER_SECONDS: withDefault(PositiveInt, "432000"),
  WEBHOOK_CONCURRENCY: withDefault(PositiveInt.check(Schema.isLessThanOrEqualTo(1000)), "16"),
  WEBHOOK_IN_FLIGHT: withDefault(PositiveInt.check(Schema.isLessThanOrEqualTo(10_000)), "256")
}
