import { BadRequest } from "@sluice/contracts/http/http.errors"
import { LIMIT_DEFAULT } from "@sluice/contracts/http/http.lists"
import { Effect } from "effect"

interface Codec<P> {
  readonly encode: (position: P) => string
  readonly decode: (cursor: string) => P | undefined
}

interface Paging<Item, P, E, R> {
  readonly query: { readonly limit?: number; readonly cursor?: string }
  readonly cursor: Codec<P>
  /** Where an item stands in the list's order. */
  readonly positionOf: (item: Item) => P
  /** At most so many items after a position. */
  readonly fetch: (limit: number, after: P | undefined) => Effect.Effect<ReadonlyArray<Item>, E, R>
}

/** One page of a list, found by key and not by offset: what is added meanwhile moves nothing. */
export const pageOf = <Item, P, E, R>({ query, cursor, positionOf, fetch }: Paging<Item, P, E, R>) =>
  Effect.gen(function* () {
    const limit = query.limit ?? LIMIT_DEFAULT
    const after = query.cursor === undefined ? undefined : cursor.decode(query.cursor)
    if (query.cursor !== undefined && after === undefined)
      return yield* new BadRequest({ issues: [{ pointer: "/query/cursor", message: "is no cursor of this list" }] })
    const fetched = yield* fetch(limit + 1, after)
    const items = fetched.slice(0, limit)
    const last = fetched.length > limit ? items.at(-1) : undefined
    return { items, nextCursor: last === undefined ? null : cursor.encode(positionOf(last)) }
  })
