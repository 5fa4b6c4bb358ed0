import { describe, expect, it } from "vitest"
import { DbError } from "./db-error.ts"

const coded = (code: string) => DbError.from(Object.assign(new Error(`failed with ${code}`), { code }))

describe("what kind of failure it is", () => {
  it.each([
    "08006",
    "08P01",
    "53300",
    "57P01",
    "57P03",
    "25006",
    "ECONNREFUSED",
    "ECONNRESET",
    "CONNECT_TIMEOUT",
    "CONNECTION_CLOSED",
    "CONNECTION_ENDED"
  ])("%s: the server is away, the same may succeed later", (code) => {
    expect(coded(code)).toMatchObject({ code, unavailable: true, contention: false })
  })

  it.each(["40001", "40P01", "55P03"])("%s: another transaction was in the way", (code) => {
    expect(coded(code)).toMatchObject({ code, unavailable: false, contention: true })
  })

  it.each(["22021", "23505", "42P01", "57014", "25P02", "P0001"])("%s: neither", (code) => {
    expect(coded(code)).toMatchObject({ code, class: code.slice(0, 2), unavailable: false, contention: false })
  })

  it("keeps what was thrown, whatever it was", () => {
    const cause = new Error("odd")
    expect(DbError.from(cause)).toMatchObject({ message: "odd", code: "UNKNOWN", cause })
    expect(DbError.from("a word")).toMatchObject({ message: "a word", code: "UNKNOWN" })
    expect(DbError.from(null)).toMatchObject({ message: "null", code: "UNKNOWN" })
    const known = coded("08006")
    expect(DbError.from(known)).toBe(known)
  })
})
