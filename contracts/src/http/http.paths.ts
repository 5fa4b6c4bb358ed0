import { Schema, SchemaTransformation } from "effect"

/** A UUID in a path; its capitals are taken for small letters. */
export const PathId = Schema.String.check(Schema.isUUID()).pipe(
  Schema.decodeTo(
    Schema.String,
    SchemaTransformation.transform({ decode: (id: string) => id.toLowerCase(), encode: (id: string) => id })
  ),
  Schema.annotateEncoded({ format: "uuid" })
)
