import { describe, expect, it } from "vitest"
import type { Category, StreamRef } from "./command-bus.port.ts"
import { StateCache } from "./state-cache.ts"

const text: Category<string> = {
  category: "text",
  foldVersion: 1,
  initial: "",
  evolve: (state) => state,
  encode: (state) => ({ state }),
  decode: String,
  weigh: (state) => state.length / 1024
}
const ref = (id: string) => ({ category: text, id }) as StreamRef<unknown>
const kibibytes = (count: number) => "x".repeat(count * 1024)

describe("the cache of states", () => {
  it("keeps the newer of two", () => {
    const cache = new StateCache(10)
    cache.keep("a", ref("a"), { version: 2, state: "two" })
    expect(cache.keep("a", ref("a"), { version: 1, state: "one" })).toEqual({ version: 2, state: "two" })
    expect(cache.get("a")).toEqual({ version: 2, state: "two" })
  })

  it("does not remember that a stream does not exist", () => {
    const cache = new StateCache(10)
    const nothing = { version: 0, state: "" }
    expect(cache.keep("a", ref("a"), nothing)).toBe(nothing)
    expect(cache.get("a")).toBeUndefined()
  })

  it("is bounded in number", () => {
    const cache = new StateCache(2)
    for (const id of ["a", "b", "c"]) cache.keep(id, ref(id), { version: 1, state: "" })
    expect(["a", "b", "c"].map((id) => cache.get(id) !== undefined)).toEqual([false, true, true])
  })

  it("is bounded in memory, and has no room for what alone is too large", () => {
    const cache = new StateCache(100)
    const large = { version: 1, state: kibibytes(15 * 1024) }
    for (const id of ["a", "b", "c"]) cache.keep(id, ref(id), large)
    expect(["a", "b", "c"].map((id) => cache.get(id) !== undefined)).toEqual([false, true, true])
    const tooLarge = { version: 1, state: kibibytes(41 * 1024) }
    expect(cache.keep("d", ref("d"), tooLarge)).toBe(tooLarge)
    expect(cache.get("d")).toBeUndefined()
  })
})
