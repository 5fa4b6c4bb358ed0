import { Schema, SchemaTransformation } from "effect"
import { HttpApiSchema } from "effect/http-api"

export const PROBLEM_CONTENT_TYPE = "application/problem+json"

/** The class of a tagged error: a schema with fields, and a constructor. */
interface TaggedErrorClass extends Schema.Top {
  // biome-ignore lint/suspicious/noExplicitAny: each class has its own properties
  new (properties: any): Error & { readonly _tag: string }
  readonly fields: Schema.Struct.Fields & { readonly _tag: Schema.tag<string> }
}

/** Fields that are called otherwise in a problem, whose own `status` is the HTTP status. */
const WIRE_NAMES: Readonly<Record<string, string>> = { issues: "errors", status: "state" }

/** `SessionNotFound` → `session not found`, with the given separator. */
const words = (tag: string, separator: string): string => tag.replace(/(?<=[a-z])(?=[A-Z])/g, separator).toLowerCase()

/**
 * How an error travels over HTTP: under a status, as a problem (RFC 9457) with `type` (`urn:sluice:problem:` and the error's
 * name), `title`, `status`, the error's message as `detail`, and its own fields. Clients get the error itself back.
 */
export const problem = <E extends TaggedErrorClass>(error: E, status: number): Schema.Codec<E["Type"], unknown> => {
  const { _tag, ...fields } = error.fields
  const tag = _tag.schema.literal
  const title = words(tag, " ")
  const fixed = {
    type: `urn:sluice:problem:${words(tag, "-")}`,
    title: title.slice(0, 1).toUpperCase() + title.slice(1),
    status
  }
  const names = Object.keys(fields).map((name) => ({ name, wire: WIRE_NAMES[name] ?? name }))
  const body = Schema.Struct({
    type: Schema.Literal(fixed.type),
    title: Schema.Literal(fixed.title),
    status: Schema.Literal(status),
    detail: Schema.String,
    ...Object.fromEntries(names.map(({ name, wire }) => [wire, (fields as Schema.Struct.Fields)[name] as Schema.Top]))
  }).annotate({ identifier: `${tag}Problem` })
  const encode = (refusal: Error): Record<string, unknown> => ({
    ...fixed,
    detail: refusal.message,
    ...Object.fromEntries(names.map(({ name, wire }) => [wire, Reflect.get(refusal, name)]))
  })
  const decode = (given: Record<string, unknown>): Error =>
    new error(Object.fromEntries(names.map(({ name, wire }) => [name, given[wire]])))
  const toClass = Schema.decodeTo(Schema.toType(error), SchemaTransformation.transform({ decode, encode }) as never)
  return toClass(body as never).pipe(
    HttpApiSchema.status(status),
    HttpApiSchema.asJson({ contentType: PROBLEM_CONTENT_TYPE })
  ) as never
}
