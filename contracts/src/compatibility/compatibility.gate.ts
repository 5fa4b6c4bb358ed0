import { compareAsyncApi } from "./asyncapi.compare.ts"
import type { Announced } from "./compatibility.announced.ts"
import { type Change, changesOf } from "./compatibility.change.ts"
import { compareOpenApi } from "./openapi.compare.ts"
import { sunsetsOf } from "./openapi.sunsets.ts"
import type { OpenApiDocument } from "./openapi.types.ts"
import type { Document } from "./schema.document.ts"

/** What others build on: the doors on NATS and those over HTTP. */
export interface Contracts {
  readonly asyncapi: Document
  readonly openapi: OpenApiDocument
}

/**
 * Everything that changed since the release, breaking changes first. A contract may be released when none of them is breaking.
 * Throws an `Error` where a document refers to nothing.
 */
export const compareContracts = (
  released: Contracts,
  current: Contracts,
  announced: Omit<Announced, "sunsets">
): ReadonlyArray<Change> => {
  const sunsets = sunsetsOf(released.openapi)
  return changesOf([
    ...compareAsyncApi({ released: released.asyncapi, current: current.asyncapi }, { ...announced, sunsets }),
    ...compareOpenApi({ released: released.openapi, current: current.openapi }, announced.now)
  ]).toSorted((a, b) => rank(a) - rank(b))
}

const rank = ({ verdict }: Change): number => (verdict === "breaking" ? 0 : 1)
