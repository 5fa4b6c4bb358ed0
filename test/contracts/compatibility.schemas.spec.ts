import { compareContracts } from "@sluice/contracts/compatibility/compatibility.gate"
import { Ajv2020 } from "ajv/dist/2020.js"
import formats from "ajv-formats"
import { describe, expect, it } from "vitest"
import { changesOfFields } from "./compatibility.fields.spec-support.ts"
import { CHANGELOG, NOW, smallContracts } from "./compatibility.spec-support.ts"
import { changesOfValues, type Row } from "./compatibility.values.spec-support.ts"

/**
 * Changes of one field's schema, each with its verdict in both directions. A verdict is breaking where the row has a witness, a value that
 * one side may send and the other does not expect, and ajv says so too; where it has none, no value of any row is one.
 */
const rows: ReadonlyArray<Row> = [...changesOfValues, ...changesOfFields]

const ajv = new Ajv2020({ strict: false })
formats.default(ajv)
/** Readers leave alone what they do not know. */
const opened = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "additionalProperties" && value === false ? undefined : value
  )
const fits = (schema: unknown, value: unknown): boolean => ajv.validate(schema as object, value) as boolean

const sentAccepted = ({ was, is }: Row, value: unknown): boolean => !fits(was, value) || fits(is, value)
const readExpected = ({ was, is }: Row, value: unknown): boolean => !fits(opened(is), value) || fits(opened(was), value)

const changesOf = ({ was, is }: Row) =>
  compareContracts(smallContracts(was), smallContracts(is), { changelog: CHANGELOG, now: NOW })

/** Values of every row, which would show a verdict of "free" to be wrong. */
const pool = [
  ...rows.flatMap(({ sent, read }) => [sent, read]),
  "",
  "b",
  "2027-01-01",
  0,
  2.5,
  true,
  [],
  {},
  { a: "a" }
].filter((value) => value !== undefined)

describe.each(rows)("$name", (row) => {
  const changes = changesOf(row)
  const of = (where: RegExp) => changes.filter(({ sentence }) => where.test(sentence))
  const told = (where: RegExp) => of(where).map(({ sentence }) => sentence)

  it("is told of commands, events and HTTP alike, or of none", () => {
    if (row.says === "") return expect(changes).toEqual([])
    const saying = (what = row.says) => (what === "" ? [] : [expect.stringContaining(what)])
    expect(told(/^the command order\.place: /)).toEqual(saying())
    expect(told(/^order\.placed version 1: /)).toEqual(saying(row.saysOfEvents))
    expect(told(/^Field.* \(in |^the body of POST /).join()).toContain(row.says.replace(/^field/, ""))
  })

  it("breaks publishers exactly if something they may send is refused", () => {
    expect(of(/^the command /).some(({ verdict }) => verdict === "breaking")).toBe("sent" in row)
    if ("sent" in row) expect([fits(row.was, row.sent), fits(row.is, row.sent)]).toEqual([true, false])
    else expect(pool.filter((value) => !sentAccepted(row, value))).toEqual([])
  })

  it("breaks subscribers exactly if they may read something that was not promised, or what is stored reads no more", () => {
    const stored = fits(opened(row.was), row.sent) && !fits(opened(row.is), row.sent)
    const unreadable = "sent" in row && row.unwritten === undefined && stored
    expect(of(/^order\.placed /).some(({ verdict }) => verdict === "breaking")).toBe("read" in row || unreadable)
    if ("read" in row) expect([fits(opened(row.is), row.read), fits(opened(row.was), row.read)]).toEqual([true, false])
    else expect(pool.filter((value) => !readExpected(row, value))).toEqual([])
  })

  it("has the same verdicts over HTTP", () => {
    const http = changes.filter(({ who }) => who === "callers over HTTP").map(({ verdict }) => verdict)
    expect(http.includes("breaking")).toBe("sent" in row || "read" in row)
  })
})

it("tells variants apart by their tags, whatever else changes", () => {
  const variant = (type: string, of: object) => ({ type: "object", properties: { type: { const: type }, of } })
  const changes = changesOf({
    name: "",
    says: "",
    was: { anyOf: [variant("a", { type: "string" }), variant("b", { type: "integer" })] },
    is: { anyOf: [variant("b", { type: "integer", minimum: 1 }), variant("a", { type: "string", minLength: 2 })] }
  })
  const commands = changes.filter(({ who }) => who === "publishers of commands").map(({ sentence }) => sentence)
  expect(commands).toEqual([
    expect.stringContaining("body.field.of has at least 2 characters, was unbounded"),
    expect.stringContaining("body.field.of is at least 1, was unbounded")
  ])
})

it("is a table of many changes", () => expect(rows.length).toBeGreaterThan(45))
