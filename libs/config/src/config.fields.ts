import { Effect, Redacted, Schema, SchemaTransformation } from "effect"

/** Values of environment variables: every field decodes from text. */

export const Text = Schema.String.check(Schema.isMinLength(1))

/** Never shown in logs or error messages; `Redacted.value` reads it. */
export const Secret = Text.pipe(
  Schema.decodeTo(
    Schema.Redacted(Schema.String),
    SchemaTransformation.transform({ decode: (text: string) => Redacted.make(text), encode: Redacted.value })
  )
)

const wholeNumber = (minimum: number, maximum: number, message: string) =>
  Schema.String.check(
    Schema.makeFilter((text) => (/^\d+$/.test(text) && +text >= minimum && +text <= maximum) || message)
  ).pipe(Schema.decodeTo(Schema.Number, SchemaTransformation.transform({ decode: Number, encode: String })))

/** 0 means any free port. */
export const Port = wholeNumber(0, 65_535, "must be a port (0 to 65535)")
export const PositiveInt = wholeNumber(1, Number.MAX_SAFE_INTEGER, "must be a whole number above 0")
export const Natural = wholeNumber(0, Number.MAX_SAFE_INTEGER, "must be a whole number, 0 or above")

const url = (protocols: ReadonlyArray<string>) =>
  Schema.makeFilter(
    (text: string) =>
      (URL.canParse(text) && protocols.includes(new URL(text).protocol)) ||
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`
  )

export const PostgresUrl = Schema.String.check(url(["postgres:", "postgresql:"])).pipe(
  Schema.decodeTo(
    Schema.Redacted(Schema.String),
    SchemaTransformation.transform({ decode: (text: string) => Redacted.make(text), encode: Redacted.value })
  )
)
/** One or several servers, separated by commas. */
export const NatsUrl = Schema.String.check(
  Schema.makeFilter(
    (text) =>
      text.split(",").every((one) => URL.canParse(one) && ["nats:", "tls:"].includes(new URL(one).protocol)) ||
      "must be nats:// or tls:// URLs, separated by commas"
  )
)
/** The seed of a NATS user's nkey. */
export const NatsSeed = Schema.String.check(
  Schema.makeFilter((text) => /^SU[A-Z2-7]{56}$/.test(text) || "must be the seed of a NATS user (SU…)")
).pipe(
  Schema.decodeTo(
    Schema.Redacted(Schema.String),
    SchemaTransformation.transform({ decode: (text: string) => Redacted.make(text), encode: Redacted.value })
  )
)
/** `true` or `false`. */
export const TrueOrFalse = Schema.Literals(["true", "false"]).pipe(
  Schema.decodeTo(
    Schema.Boolean,
    SchemaTransformation.transform({
      decode: (text) => text === "true",
      encode: (on): "true" | "false" => (on ? "true" : "false")
    })
  )
)
export const LogLevel = Schema.Literals(["trace", "debug", "info", "warn", "error", "fatal"])

/** The same field, optional, with a value for when the variable is absent or empty. */
export const withDefault = <S extends Schema.Top>(field: S, value: S["Encoded"]) =>
  field.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value)))

/** What every service reads. */
export const serviceFields = {
  DATABASE_URL: PostgresUrl,
  NATS_URL: NatsUrl,
  NATS_NKEY: Schema.optionalKey(NatsSeed),
  LOG_LEVEL: withDefault(LogLevel, "info"),
  HTTP_HOST: withDefault(Text, "127.0.0.1"),
  HTTP_PORT: withDefault(Port, "0"),
  INSTANCE_ID: Schema.optionalKey(Text)
}
