import { Schema } from "effect"
import { patternFault } from "./subscriber.patterns.ts"

/** A subscriber's name, unique within its tenant. */
export const SubscriberName = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9-]{0,39}$/u)).annotate({
  identifier: "SubscriberName",
  description: "Begins with a small letter; small letters, digits and -; 40 characters at most"
})

const TypePattern = Schema.String.check(
  Schema.isMinLength(1),
  Schema.isMaxLength(100),
  Schema.makeFilter((pattern) => patternFault(pattern) ?? true)
).annotate({ description: "Type of events, for example approval.requested; * stands for any category or event" })

export const AddSubscriber = Schema.Struct({
  name: SubscriberName,
  types: Schema.Array(TypePattern).check(Schema.isMinLength(1), Schema.isMaxLength(50))
}).annotate({ identifier: "AddSubscriber" })
export type AddSubscriber = typeof AddSubscriber.Type
