import { Validator } from "@seriousme/openapi-schema-validator"
import { compareOpenApi } from "@sluice/contracts/compatibility/openapi.compare"
import type { OpenApiDocument } from "@sluice/contracts/compatibility/openapi.types"
import { deprecated } from "@sluice/contracts/http/http.deprecation"
import { describeHeaders } from "@sluice/contracts/http/http.openapi"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { expect, it } from "vitest"

/** The life of a route: there, about to go, gone. */

const kept = HttpApiEndpoint.get("kept", "/v1/kept", { success: Schema.String })
const going = HttpApiEndpoint.get("going", "/v1/going", { success: Schema.String })
const ending = going.annotateMerge(deprecated({ since: "2027-01-01", sunset: "2027-02-01", instead: "/v1/kept" }))
const titled = OpenApi.annotations({ title: "Small", version: "1", transform: describeHeaders })

const documentOf = (api: unknown): OpenApiDocument => JSON.parse(JSON.stringify(OpenApi.fromApi(api as never)))
const group = HttpApiGroup.make("things").add(kept)
const there = documentOf(HttpApi.make("small").add(group.add(going)).annotateMerge(titled))
const announced = documentOf(HttpApi.make("small").add(group.add(ending)).annotateMerge(titled))
const gone = documentOf(HttpApi.make("small").add(group).annotateMerge(titled))

const told = (released: OpenApiDocument, current: OpenApiDocument, day: string) =>
  compareOpenApi({ released, current }, new Date(day)).map(
    ({ breaking, where, what }) => `${breaking ? "breaking" : "free"}: ${where}: ${what}`
  )

it("a document with a route about to go is valid", async () => {
  expect(await new Validator().validate(structuredClone(announced) as never)).toEqual({ valid: true })
})

it("to announce the end of a route is free, to remove it is only after its Sunset", () => {
  expect(told(there, announced, "2027-01-01")).toContain(
    "free: GET /v1/going: the route is deprecated and may go on 2027-02-01"
  )
  expect(told(there, announced, "2027-01-01").filter((one) => one.startsWith("breaking"))).toEqual([])
  expect(told(announced, gone, "2027-02-01")).toEqual([
    "free: GET /v1/going: the route is gone, as announced for 2027-02-01"
  ])
  expect(told(announced, gone, "2027-01-31")).toEqual(["breaking: GET /v1/going: the route is gone"])
  expect(told(there, gone, "2027-02-01")).toEqual(["breaking: GET /v1/going: the route is gone"])
})

it("an end that has passed when it is announced leaves nobody time to move", () => {
  expect(told(there, announced, "2027-02-01")).toEqual([
    "breaking: GET /v1/going: its Sunset is 2027-02-01, which leaves nobody time to move"
  ])
})

it("to take the announcement back breaks nobody", () => {
  expect(told(announced, there, "2027-01-01")).toEqual([])
})
