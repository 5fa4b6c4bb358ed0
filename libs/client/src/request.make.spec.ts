import { expect, it } from "vitest"
import { pathOf, urlOf } from "./request.make.ts"
import { ownVersions, resourceOf } from "./versions.seen.ts"

const route = { path: "/v1/runs/:id/tasks/:key/start" }

it("parameters are escaped, and each is needed", () => {
  expect(pathOf(route, { id: "a/b?c#d", key: "é 1" })).toBe("/v1/runs/a%2Fb%3Fc%23d/tasks/%C3%A9%201/start")
  expect(pathOf({ path: "/v1/billing/prices/:version" }, { version: 3 })).toBe("/v1/billing/prices/3")
  for (const id of ["", ".", ".."]) expect(() => pathOf(route, { id, key: "k" })).toThrow(TypeError)
  expect(() => pathOf(route, { id: "r" })).toThrow("/v1/runs/:id/tasks/:key/start needs the parameter key")
})

it("a path in the API's URL is kept, and what is undefined is not asked", () => {
  const query = { limit: 3, cursor: undefined, role: "a&b" }
  for (const base of ["https://x.example/sluice", "https://x.example/sluice/"])
    expect(urlOf(new URL(base), "/v1/sessions", query).href).toBe(
      "https://x.example/sluice/v1/sessions?limit=3&role=a%26b"
    )
})

it("what is below a resource is about it; ids are the same in capitals, names are not", () => {
  const id = "01976a52-4f9b-7000-8000-00000000000A"
  expect(resourceOf(route.path, `/v1/runs/${id}/tasks/T/start`)).toBe(`/v1/runs/${id.toLowerCase()}`)
  expect(resourceOf("/v1/workflows/:name", "/v1/workflows/Ship")).toBe("/v1/workflows/Ship")
  expect(resourceOf("/v1/me/notification-preferences", "/v1/me/notification-preferences")).toBe(
    "/v1/me/notification-preferences"
  )
})

it("of the versions written the highest counts, and only so many resources are remembered", () => {
  const own = ownVersions(2)
  own.written("a", 3)
  own.written("a", 2)
  own.written("b", 1)
  expect([own.of("a"), own.of("b")]).toEqual([3, 1])
  own.written("a", 4)
  own.written("c", 1)
  expect([own.of("a"), own.of("b"), own.of("c")]).toEqual([4, undefined, 1])
  const none = ownVersions(0)
  none.written("a", 1)
  expect(none.of("a")).toBeUndefined()
})
