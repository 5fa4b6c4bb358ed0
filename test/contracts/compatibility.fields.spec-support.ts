import type { Row } from "./compatibility.values.spec-support.ts"

/** Changes of the fields and variants that an object may have, and schemas that only look changed. */

const text = { type: "string" }
const object = (properties: object, required: ReadonlyArray<string>) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false
})
const tagged = (type: string, more: object = {}) =>
  object({ type: { const: type }, ...more }, ["type", ...Object.keys(more)])

export const changesOfFields: ReadonlyArray<Row> = [
  // Fields
  {
    name: "an optional field more",
    was: object({ a: text }, ["a"]),
    is: object({ a: text, b: text }, ["a"]),
    says: "field.b is new, and optional"
  },
  {
    name: "a required field more",
    was: object({ a: text }, ["a"]),
    is: object({ a: text, b: text }, ["a", "b"]),
    says: "field.b is new and required",
    sent: { a: "a" }
  },
  {
    name: "a required field less",
    was: object({ a: text, b: text }, ["a", "b"]),
    is: object({ a: text }, ["a"]),
    says: "field.b is gone",
    sent: { a: "a", b: "b" },
    read: { a: "a" }
  },
  {
    name: "an optional field less",
    was: object({ a: text, b: text }, ["a"]),
    is: object({ a: text }, ["a"]),
    says: "field.b is gone",
    sent: { a: "a", b: "b" },
    read: { a: "a", b: 1 }
  },
  {
    name: "a field may be missing",
    was: object({ a: text }, ["a"]),
    is: object({ a: text }, []),
    says: "field.a is optional, was required",
    read: {}
  },
  {
    name: "a field may not be missing",
    was: object({ a: text }, []),
    is: object({ a: text }, ["a"]),
    says: "field.a is required, was optional",
    sent: {}
  },
  {
    name: "a field deep inside",
    was: { type: "array", items: object({ a: { ...text, maxLength: 2 } }, []) },
    is: { type: "array", items: object({ a: { ...text, maxLength: 1 } }, []) },
    says: "field[].a has at most 1 characters, was 2",
    sent: [{ a: "aa" }]
  },
  {
    name: "a free object names a field",
    was: { type: "object" },
    is: { type: "object", properties: { a: text } },
    says: "field.a is text, was anything",
    saysOfEvents: "field.a is new, and optional",
    sent: { a: 1 },
    unwritten: true
  },
  // Records
  {
    name: "a record's values",
    was: { type: "object", additionalProperties: text },
    is: { type: "object", additionalProperties: { ...text, maxLength: 3 } },
    says: "field.* has at most 3 characters, was unbounded",
    sent: { a: "four" }
  },
  {
    name: "a record of other values",
    was: { type: "object", additionalProperties: text },
    is: { type: "object", additionalProperties: { type: ["string", "integer"] } },
    says: "field.* is text or integer, was text",
    read: { a: 1 }
  },
  // Variants
  {
    name: "a variant more",
    was: { anyOf: [tagged("a"), tagged("b")] },
    is: { anyOf: [tagged("b"), tagged("c"), tagged("a")] },
    says: "field gains the variant",
    read: { type: "c" }
  },
  {
    name: "a variant less",
    was: { oneOf: [tagged("a"), tagged("b")] },
    is: { oneOf: [tagged("b")] },
    says: "field loses the variant",
    sent: { type: "a" }
  },
  {
    name: "a variant's field",
    was: { anyOf: [tagged("a"), tagged("b", { x: text })] },
    is: { anyOf: [tagged("b", { x: { ...text, minLength: 2 } }), tagged("a")] },
    says: "field.x has at least 2 characters, was unbounded",
    sent: { type: "b", x: "x" }
  },
  {
    name: "a variant less, beside text",
    was: { anyOf: [text, tagged("a"), tagged("b")] },
    is: { anyOf: [text, tagged("b")] },
    says: "field loses the variant",
    sent: { type: "a" }
  },
  {
    name: "a variant more, beside text",
    was: { anyOf: [text, tagged("a"), tagged("b")] },
    is: { anyOf: [text, tagged("b"), tagged("a"), tagged("c")] },
    says: "field gains the variant",
    read: { type: "c" }
  },
  {
    name: "a variant less that needed a field more than the one that stays",
    was: { anyOf: [object({ a: text }, ["a"]), object({ a: text, b: text }, ["a", "b"])] },
    is: object({ a: text }, ["a"]),
    says: "field loses the variant",
    saysOfEvents: "",
    sent: { a: "a", b: "b" }
  },
  // The same in other words
  {
    name: "an object is not null",
    was: { type: "object", not: { type: "null" } },
    is: { type: "object" },
    says: ""
  },
  {
    name: "anything but null and text",
    was: { not: { type: ["null", "string"] } },
    is: { type: ["number", "boolean", "array", "object"] },
    says: ""
  },
  {
    name: "nullable, written otherwise",
    was: { type: ["string", "null"] },
    is: { anyOf: [{ type: "null" }, text] },
    says: ""
  },
  {
    name: "bounds, written otherwise",
    was: { type: "integer", exclusiveMinimum: 0, maximum: 5 },
    is: { allOf: [{ type: "integer", minimum: 1 }, { maximum: 5 }, { maximum: 9 }] },
    says: ""
  },
  { name: "const, written otherwise", was: { const: "a" }, is: { type: "string", enum: ["a"] }, says: "" },
  {
    name: "order and descriptions",
    was: { enum: ["a", "b"], description: "One" },
    is: { description: "Two", enum: ["b", "a"], title: "T", default: "a", examples: ["b"], "x-order": 1 },
    says: ""
  },
  {
    name: "a union that includes another",
    was: { anyOf: [object({ a: text }, []), object({ a: { const: "z" } }, ["a"])] },
    is: object({ a: text }, []),
    says: ""
  }
]
