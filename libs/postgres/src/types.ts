import { parse } from "postgres-array"

/** Elements of an array literal (PostgreSQL manual, 8.15.2): text has to be quoted, numbers need not be. */
const quoted = (value: unknown): string => `"${String(value).replace(/[\\"]/g, "\\$&")}"`
const plain = (value: unknown): string => `${value}`

const arrayOf = (oid: number, element: (text: string) => unknown, written = plain) => ({
  to: oid,
  from: [oid],
  serialize: (values: ReadonlyArray<unknown>) =>
    `{${values.map((value) => (value === null ? "NULL" : written(value))).join(",")}}`,
  parse: (text: string) => parse(text, element)
})

/**
 * The types we use beyond postgres.js' own. Arrays are listed here because asking the server for them at every connect
 * (`fetch_types`) is a query whose failure postgres.js lets nobody catch: a connection cut at that moment would end the process.
 */
export const types = {
  /** int8 as a JavaScript number: positions and counts stay below 2^53. */
  bigint: { to: 20, from: [20], serialize: String, parse: Number },
  booleans: arrayOf(1000, (text) => text === "t"),
  integers: arrayOf(1007, Number),
  bigints: arrayOf(1016, Number),
  texts: arrayOf(1009, (text) => text, quoted),
  uuids: arrayOf(2951, (text) => text, quoted)
}
