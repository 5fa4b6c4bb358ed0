import { Schema, SchemaTransformation } from "effect"
import { eventTypes } from "../event/event.registry.ts"
import { categoryOf } from "../event/event.stream-id.ts"

/** Which events of a tenant are meant: all that fit each of the filters that are given. */
export interface FeedFilter {
  readonly category?: ReadonlyArray<string>
  /** Event types; `*` stands for either side of the full stop: `approval.*`. */
  readonly type?: ReadonlyArray<string>
  /** A stream id. */
  readonly subject?: string
}

const LONGEST_LIST = 50

/** Whether an event type (`approval.approved`) fits a pattern of the filter `type`. */
export const typeFits = (pattern: string, type: string): boolean => {
  const [category, event] = pattern.split(".")
  return (
    (category === "*" || category === categoryOf(type)) && (event === "*" || type === `${categoryOf(type)}.${event}`)
  )
}

/** Several values in one parameter, separated by commas; what matches no event that there is will be a slip of the pen. */
const listOf = (isKnown: (value: string) => boolean, description: string) =>
  // Described before it is checked: OpenAPI says of a check of our own nothing at all.
  Schema.String.annotate({ description })
    .check(
      Schema.makeFilter((text) => {
        const values = text.split(",")
        if (values.length > LONGEST_LIST) return `must name ${LONGEST_LIST} at most`
        const unknown = values.findIndex((value) => !isKnown(value))
        return unknown < 0 || `matches no type of event, in place ${unknown + 1}`
      })
    )
    .pipe(
      Schema.decodeTo(
        Schema.Array(Schema.String),
        SchemaTransformation.transform({
          decode: (text: string): ReadonlyArray<string> => text.split(","),
          encode: (values) => values.join(",")
        })
      )
    )

const isCategory = (value: string): boolean => eventTypes.some(({ category }) => category === value)
const isPattern = (value: string): boolean =>
  value.split(".").length === 2 && eventTypes.some(({ type }) => typeFits(value, type))

/** Query parameters. */
export const filtering = {
  category: Schema.optionalKey(listOf(isCategory, "For example approval; several are separated by commas")),
  type: Schema.optionalKey(listOf(isPattern, "For example approval.requested or approval.*; several by commas")),
  subject: Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200)).annotate({
      description: "A stream, for example session-0197…"
    })
  )
}
