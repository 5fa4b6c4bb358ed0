import { expect, it } from "vitest"
import { freshId } from "./id.fresh.ts"

it("makes UUIDv7s that never repeat and sort by the millisecond", () => {
  const from = Date.now()
  const ids = Array.from({ length: 2000 }, freshId)
  const to = Date.now()
  expect(new Set(ids).size).toBe(ids.length)
  const times = ids.map((id) => {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    return Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)
  })
  expect(times).toEqual(times.toSorted((left, right) => left - right))
  expect(times[0]).toBeGreaterThanOrEqual(from)
  expect(times.at(-1)).toBeLessThanOrEqual(to)
})
