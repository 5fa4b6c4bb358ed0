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
  /**
   * Where in it stands what is stored and read again: there it may not become narrower either. A field may be added that may be missing.
   */
  readonly stored?: string
}

/** What a schema's change means: what others write may not become narrower, what Sluice writes may not become wider. */
export const schemaFindings = (
  { released, current }: Documents,
  was: JsonSchema,
  is: JsonSchema,
  { who, by, where, remedy, stored }: Place
): ReadonlyArray<Finding> =>
  compareSchemas({ document: released, schema: was }, { document: current, schema: is }, by).map(
    ({ path, narrowed, widened, what, shared, added }) => ({
      breaking: by === "others" ? narrowed : widened || (narrowed && added === undefined && isWithin(path, stored)),
      who,
      where,
      what: `${path === "" ? "it" : path} ${what}`,
      ...(shared === undefined ? {} : { shared: `${shared} ${what}` }),
      ...(remedy === undefined ? {} : { remedy })
    })
  )

/** `data`, `data.links[].url` and `data[]` are within `data`. */
const isWithin = (path: string, outer: string | undefined): boolean =>
  outer !== undefined && (path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`))
