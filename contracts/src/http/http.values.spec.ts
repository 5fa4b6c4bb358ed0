import { expect, it } from "vitest"
import { creationCursor, positionCursor } from "./http.cursor.ts"
import { versionsIn } from "./http.etag.ts"
import { waitMillis } from "./http.reads.ts"

it("a cursor comes back as it was, and nothing else is one", () => {
  const place = ["2026-01-31T12:00:00.000Z", "01a1fdc9-7a89-75fa-95df-188c3d800a4c"] as const
  expect(creationCursor.decode(creationCursor.encode(place))).toEqual(place)
  expect(positionCursor.decode(positionCursor.encode([42]))).toEqual([42])
  for (const other of ["", "x", creationCursor.encode(place).slice(1), positionCursor.encode([42])])
    expect(creationCursor.decode(other)).toBeUndefined()
  for (const other of [[0], [1.5], ["1"], [1, 2], null])
    expect(positionCursor.decode(Buffer.from(JSON.stringify(other)).toString("base64url"))).toBeUndefined()
})

it("If-Match accepts the strong tags that we gave out", () => {
  expect(versionsIn("*")).toBe("any")
  expect(versionsIn('"3"')).toEqual([3])
  expect(versionsIn('"3", W/"4" ,"x","5"')).toEqual([3, 5])
})

it("a wait is in milliseconds or seconds", () => {
  expect([waitMillis("250ms"), waitMillis("2s"), waitMillis("2"), waitMillis("1m"), waitMillis("-1s")]).toEqual([
    250,
    2000,
    undefined,
    undefined,
    undefined
  ])
})
