import type { Affected, Finding, WrittenBy } from "./compatibility.change.ts"
import { compareSchemas } from "./schema.compare.ts"
import type { Document, JsonSchema } from "./schema.document.ts"

/** Two states of a document: as released, and as it is. */
export interface Documents {
  readonly released: Document
  readonly current: Document
}

export interface Place {
  readonly who: Affected
  /** Who writes what the schema describes. */
  readonly by: WrittenBy
  /** `the body of POST /v1/sessions` */
  readonly where: string
  readonly remedy?: string
}

/** What a schema's change means: what others write may not become narrower, what Sluice writes may not become wider. */
export const schemaFindings = (
  { released, current }: Documents,
  was: JsonSchema,
  is: JsonSchema,
  { who, by, where, remedy }: Place
): ReadonlyArray<Finding> =>
  compareSchemas({ document: released, schema: was }, { document: current, schema: is }, by).map(
    ({ path, narrowed, widened, what, shared }) => ({
      breaking: by === "others" ? narrowed : widened,
      who,
      where,
      what: `${path === "" ? "it" : path} ${what}`,
      ...(shared === undefined ? {} : { shared: `${shared} ${what}` }),
      ...(remedy === undefined ? {} : { remedy })
    })
  )
