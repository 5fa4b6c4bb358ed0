import { Schema } from "effect"

/** A page of a list, newest first. `nextCursor` is null on the last one. */
export const pageOf = <S extends Schema.Top>(item: S, identifier: string) =>
  Schema.Struct({ items: Schema.Array(item), nextCursor: Schema.NullOr(Schema.String) }).annotate({ identifier })

export const LIMIT_DEFAULT = 50
export const LIMIT_MAXIMUM = 200

/** Query parameters of every list. */
export const paging = {
  limit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: LIMIT_MAXIMUM })).annotate({
      description: `Items per page; ${LIMIT_DEFAULT} unless told`
    })
  ),
  cursor: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(500)).annotate({ description: "nextCursor of the page before" })
  )
}

/** A text to filter by. */
export const Filter = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))
