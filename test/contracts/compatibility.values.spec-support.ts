/** Changes of the values that a field may have. */

export interface Row {
  readonly name: string
  readonly was: unknown
  readonly is: unknown
  /** What changed, in the sentence's words. */
  readonly says: string
  /** Where it is told otherwise of what Sluice writes. */
  readonly saysOfEvents?: string
  /** Accepted in a command so far, refused now. */
  readonly sent?: unknown
  /** May be read in an event now, and could not so far. */
  readonly read?: unknown
  /** Nobody has written what is in `sent` into an event: fields that have no name there do not exist. */
  readonly unwritten?: true
}

const text = { type: "string" }

export const changesOfValues: ReadonlyArray<Row> = [
  // Kinds of values
  {
    name: "null joins",
    was: text,
    is: { anyOf: [text, { type: "null" }] },
    says: "field is text or null, was text",
    read: null
  },
  {
    name: "null leaves",
    was: { type: ["string", "null"] },
    is: text,
    says: "field is text, was text or null",
    sent: null
  },
  {
    name: "null leaves a oneOf",
    was: { oneOf: [text, { type: "null" }] },
    is: text,
    says: "field is text, was text or null",
    sent: null
  },
  { name: "another kind", was: text, is: { type: "integer" }, says: "field is integer, was text", sent: "a", read: 1 },
  {
    name: "integer to number",
    was: { type: "integer" },
    is: { type: "number" },
    says: "field is any number, was an integer",
    read: 1.5
  },
  {
    name: "number to integer",
    was: { type: "number" },
    is: { type: "integer" },
    says: "field is an integer, was any number",
    sent: 1.5
  },
  { name: "anything to text", was: {}, is: text, says: "field is text, was anything", sent: 1 },
  {
    name: "anything, but no long text",
    was: {},
    is: { maxLength: 3 },
    says: "field has at most 3 characters, was unbounded",
    sent: "four"
  },
  {
    name: "anything, as long as an object has a field",
    was: true,
    is: { required: ["a"] },
    says: "field.a is required, was optional",
    saysOfEvents: "field.a is new and required",
    sent: {}
  },
  { name: "text to anything", was: text, is: true, says: "field is anything, was text", read: [] },
  {
    name: "only true is left",
    was: { type: "boolean" },
    is: { const: true },
    says: "field is true, was true or false",
    sent: false
  },
  // Single values
  {
    name: "enum gains",
    was: { enum: ["a", "b"] },
    is: { enum: ["a", "b", "c"] },
    says: 'field gains the value "c"',
    read: "c"
  },
  { name: "enum loses", was: { enum: ["a", "b"] }, is: { enum: ["a"] }, says: 'field loses the value "b"', sent: "b" },
  {
    name: "const to enum",
    was: { const: "a" },
    is: { enum: ["a", "b"] },
    says: 'field gains the value "b"',
    read: "b"
  },
  { name: "an enum opens", was: { enum: ["a", "b"] }, is: text, says: 'field is text, was "a" or "b"', read: "z" },
  {
    name: "an open enum gains",
    was: { anyOf: [{ enum: ["a"] }, text] },
    is: { anyOf: [{ enum: ["a", "b"] }, text] },
    says: ""
  },
  {
    name: "text to an enum that lets in more",
    was: { ...text, maxLength: 1 },
    is: { enum: ["a", "bb"] },
    says: 'field is "a" or "bb", was text',
    sent: "c",
    read: "bb"
  },
  // Bounds
  {
    name: "a smaller maximum",
    was: { type: "integer", maximum: 9 },
    is: { type: "integer", maximum: 5 },
    says: "field is at most 5, was 9",
    sent: 7
  },
  {
    name: "a larger minimum",
    was: { type: "integer", minimum: 1 },
    is: { type: "integer", minimum: 2 },
    says: "field is at least 2, was 1",
    sent: 1
  },
  {
    name: "a smaller minimum",
    was: { type: "integer", exclusiveMinimum: 0 },
    is: { type: "integer", minimum: 0 },
    says: "field is at least 0, was 1",
    read: 0
  },
  {
    name: "shorter text",
    was: { ...text, maxLength: 9 },
    is: { ...text, maxLength: 5 },
    says: "field has at most 5 characters, was 9",
    sent: "seven77"
  },
  {
    name: "longer text",
    was: { ...text, maxLength: 5 },
    is: { ...text, maxLength: 9 },
    says: "field has at most 9 characters, was 5",
    read: "seven77"
  },
  {
    name: "text unbounded",
    was: { ...text, minLength: 1 },
    is: text,
    says: "field no longer has at least 1 characters",
    read: ""
  },
  {
    name: "text bounded by allOf",
    was: text,
    is: { ...text, allOf: [{ maxLength: 5 }, { maxLength: 7 }] },
    says: "field has at most 5 characters, was unbounded",
    sent: "seven77"
  },
  {
    name: "fewer elements",
    was: { type: "array", items: text, maxItems: 3 },
    is: { type: "array", items: text, maxItems: 2 },
    says: "field has at most 2 elements, was 3",
    sent: ["a", "b", "c"]
  },
  {
    name: "elements differ",
    was: { type: "array", items: text },
    is: { type: "array", items: text, uniqueItems: true },
    says: "field gains the uniqueItems true",
    sent: ["a", "a"]
  },
  // Patterns and formats
  { name: "a pattern", was: text, is: { ...text, pattern: "^a" }, says: "field gains the pattern ^a", sent: "b" },
  { name: "no pattern", was: { ...text, pattern: "^a" }, is: text, says: "field loses the pattern ^a", read: "b" },
  {
    name: "another pattern",
    was: { ...text, pattern: "^a" },
    is: { ...text, pattern: "^b" },
    says: "field has the pattern ^b, was ^a",
    sent: "a",
    read: "b"
  },
  { name: "a format", was: text, is: { ...text, format: "date" }, says: "field gains the format date", sent: "b" },
  {
    name: "another format",
    was: { ...text, format: "date" },
    is: { ...text, format: "date-time" },
    says: "field has the format date-time, was date",
    sent: "2027-01-01",
    read: "2027-01-01T00:00:00Z"
  },
  {
    name: "a keyword that nobody can compare",
    was: text,
    is: { ...text, not: { const: "a" } },
    says: 'field gains the not {"const":"a"}',
    sent: "a"
  }
]
