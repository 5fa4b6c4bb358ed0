import { Api } from "@sluice/contracts/api"
import { deprecated } from "@sluice/contracts/http/http.deprecation"
import { describeHeaders } from "@sluice/contracts/http/http.openapi"
import { problem } from "@sluice/contracts/http/problem"
import { Effect, Exit, Layer, Schema, Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { afterAll, describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { announcing } from "./deprecation.headers.ts"
import { edge } from "./http.edge.ts"
import { serveApp } from "./http.server.ts"

class Missing extends Schema.TaggedError<Missing>()("Missing", {}) {}

class Small extends HttpApi.make("small")
  .add(
    HttpApiGroup.make("things")
      .add(
        HttpApiEndpoint.get("old", "/v1/old/:id", {
          params: { id: Schema.String },
          success: Schema.String,
          error: problem(Missing, 404)
        }).annotateMerge(deprecated({ since: "2027-01-01", sunset: "2027-07-01T12:00:00Z", instead: "/v1/things" })),
        HttpApiEndpoint.get("count", "/v1/old/count", { success: Schema.String }),
        HttpApiEndpoint.get("new", "/v1/new/:id", { params: { id: Schema.String }, success: Schema.String })
      )
      .add(
        HttpApiEndpoint.post("add", "/v1/old/:id", { params: { id: Schema.String }, success: Schema.String }),
        HttpApiEndpoint.put("put", "/v1/put", { success: Schema.String }).annotateMerge(
          deprecated({ since: "2027-01-01T00:00:01Z", sunset: "2027-01-01T00:00:01Z" })
        )
      )
  )
  .annotateMerge(OpenApi.annotations({ title: "Small", version: "1", transform: describeHeaders })) {}

const things = HttpApiBuilder.group(Small, "things", (handlers) =>
  handlers
    .handle("old", ({ params }) => (params.id === "none" ? Effect.fail(new Missing({})) : Effect.succeed(params.id)))
    .handle("count", () => Effect.succeed("2"))
    .handle("new", ({ params }) => Effect.succeed(params.id))
    .handle("add", ({ params }) => Effect.succeed(params.id))
    .handle("put", () => Effect.die("it broke"))
)

const scope = Scope.makeUnsafe()
const url = await Effect.runPromise(
  HttpRouter.toHttpEffect(
    HttpApiBuilder.layer(Small).pipe(Layer.provide(things), Layer.provide(HttpServer.layerServices))
  ).pipe(
    Effect.flatMap((app) => serveApp(edge(app, announcing(Small)), { host: "127.0.0.1", port: 0 })),
    Effect.provideService(Scope.Scope, scope)
  )
)
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const headersOf = async (method: string, path: string) => {
  const answer = await fetch(`${url}${path}`, { method })
  const { headers, status } = answer
  await answer.text()
  return { status, deprecation: headers.get("deprecation"), sunset: headers.get("sunset"), link: headers.get("link") }
}

/** 1 January 2027 in seconds since 1970. */
const SINCE = "@1798761600"
const SAID = {
  deprecation: SINCE,
  sunset: "Thu, 01 Jul 2027 12:00:00 GMT",
  link: '</v1/things>; rel="successor-version"'
}
const NOTHING = { deprecation: null, sunset: null, link: null }

describe("a route that is about to go", () => {
  it.each([
    ["GET", "/v1/old/7", 200],
    ["HEAD", "/v1/old/7", 200],
    ["GET", "/v1/old/7?with=a&query", 200],
    ["GET", "/v1/old/none", 404]
  ])("says so in every answer: %s %s", async (method, path, status) => {
    expect(await headersOf(method, path)).toEqual({ status, ...SAID })
  })

  it("says so where it breaks, and names no successor where it has none", async () => {
    const sunset = "Fri, 01 Jan 2027 00:00:01 GMT"
    expect(await headersOf("PUT", "/v1/put")).toEqual({ status: 500, deprecation: "@1798761601", sunset, link: null })
  })

  it.each([
    ["GET", "/v1/new/7", 200],
    ["POST", "/v1/old/7", 200],
    ["GET", "/v1/old/count", 200],
    ["GET", "/v1/old/count?of=7", 200],
    ["GET", "/v1/old/?id=7", 404],
    ["GET", "/v1/old/7/more", 404],
    ["GET", "/v1/old", 404],
    ["GET", "/prefix/v1/old/7", 404]
  ])("is the only one that says so: not %s %s", async (method, path, status) => {
    expect(await headersOf(method, path)).toEqual({ status, ...NOTHING })
  })

  it("is described as deprecated, with its headers", () => {
    const { paths } = OpenApi.fromApi(Small) as unknown as {
      paths: Record<
        string,
        Record<string, Record<string, unknown> & { responses: Record<string, { headers: object }> }>
      >
    }
    const old = paths["/v1/old/{id}"]?.get
    expect(old).toMatchObject({ deprecated: true, "x-sunset": "2027-07-01T12:00:00.000Z", "x-successor": "/v1/things" })
    for (const { headers } of Object.values(old?.responses ?? {}))
      expect(headers).toMatchObject({
        Deprecation: { required: true, example: SINCE },
        Sunset: { required: true, example: SAID.sunset },
        Link: { example: SAID.link }
      })
    expect(Object.keys(old?.responses ?? {}).length).toBeGreaterThan(1)
    expect(Object.keys(paths["/v1/put"]?.put?.responses["200"]?.headers ?? {})).toEqual([
      "X-Trace-Id",
      "Deprecation",
      "Sunset"
    ])
    expect(paths["/v1/new/{id}"]?.get).not.toHaveProperty("deprecated")
    expect(Object.keys(paths["/v1/new/{id}"]?.get?.responses["200"]?.headers ?? {})).toEqual(["X-Trace-Id"])
  })

  it("cannot go before it is deprecated, or on no day at all", () => {
    expect(() => deprecated({ since: "2027-01-02", sunset: "2027-01-01" })).toThrow("cannot go on 2027-01-01")
    expect(() => deprecated({ since: "soon", sunset: "2027-01-01" })).toThrow("soon is no date")
  })
})

it("answers of the API announce exactly what the OpenAPI document announces", async () => {
  const { call } = await runningApi()
  const { paths } = OpenApi.fromApi(Api) as unknown as {
    paths: Record<string, Record<string, { deprecated?: boolean }>>
  }
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { deprecated = false }]) => ({
      path,
      method: method.toUpperCase(),
      deprecated
    }))
  )
  expect(routes.length).toBeGreaterThan(70)
  for (const { path, method, deprecated } of routes) {
    const { headers } = await call(path.replaceAll(/\{[^}]*\}/g, "1"), { method, token: "" })
    expect([method, path, "deprecation" in headers, "sunset" in headers]).toEqual([
      method,
      path,
      deprecated,
      deprecated
    ])
  }
})
