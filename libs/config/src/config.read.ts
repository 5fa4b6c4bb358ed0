import { Effect, Schema, SchemaIssue } from "effect"

/** Names every variable that is missing or bad, never a value. */
export class ConfigError extends Schema.TaggedError<ConfigError>()("ConfigError", {
  problems: Schema.Array(Schema.Struct({ variable: Schema.String, problem: Schema.String }))
}) {
  override get message(): string {
    return `Bad configuration: ${this.problems.map(({ variable, problem }) => `${variable}: ${problem}`).join("; ")}`
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * Reads environment variables by schema. An empty variable counts as absent.
 * @param fields one schema per variable, for example `{ HTTP_PORT: withDefault(Port, "0") }`
 */
export const readConfig = <F extends Schema.Struct.Fields>(
  fields: F,
  env: Readonly<Record<string, string | undefined>> = process.env
): Effect.Effect<Schema.Struct<F>["Type"], ConfigError, Schema.Struct<F>["DecodingServices"]> => {
  const given: Record<string, string> = {}
  for (const name of Object.keys(fields)) {
    const value = env[name]?.trim()
    if (value !== undefined && value !== "") given[name] = value
  }
  return Schema.decodeUnknownEffect(Schema.Struct(fields), { errors: "all" })(given).pipe(
    Effect.mapError(
      (error) =>
        new ConfigError({
          problems: format(error.issue).issues.map((issue) => {
            const variable = String(issue.path?.[0] ?? "")
            return { variable, problem: variable in given ? issue.message : "is not set" }
          })
        })
    )
  )
}
