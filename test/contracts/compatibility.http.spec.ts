import { expect, it } from "vitest"
import { changesBy, foundAs, type Loose } from "./compatibility.spec-support.ts"

/** Changes of the OpenAPI document beside those of a field's schema, each with its verdict and the beginning of its sentence; none where nobody notices. */
type Change = (paths: Loose, openapi: Loose) => unknown
type Row = readonly [name: string, change: Change, ...told: ReadonlyArray<string>]

const text = { type: "string" }
const list = (paths: Loose) => paths["/v1/orders"].get
const place = (paths: Loose) => paths["/v1/orders"].post
const read = (paths: Loose) => paths["/v1/orders/{id}"].get
const problems = (paths: Loose) => read(paths).responses["404"].content["application/problem+json"].schema.anyOf
const going = { deprecated: true, "x-sunset": "2027-06-01T00:00:00.000Z" }

const rows: ReadonlyArray<Row> = [
  // Routes
  ["a route less", (paths) => delete paths["/v1/orders/{id}"], "breaking: GET /v1/orders/{id}: the route is gone"],
  ["a method less", (paths) => delete paths["/v1/orders"].post, "breaking: POST /v1/orders: the route is gone"],
  [
    "a route more",
    (paths) => Object.assign(paths, { "/v1/things": { get: read(paths) } }),
    "free: GET /v1/things: the route is new"
  ],
  [
    "another path",
    (paths) => {
      paths["/v1/order"] = { get: list(paths) }
      delete paths["/v1/orders"].get
    },
    "breaking: GET /v1/orders: the route is gone",
    "free: GET /v1/order: the route is new"
  ],
  [
    "another word for a path parameter",
    (paths) => {
      paths["/v1/orders/{order}"] = paths["/v1/orders/{id}"]
      delete paths["/v1/orders/{id}"]
      paths["/v1/orders/{order}"].get.parameters[0].name = "order"
    }
  ],
  [
    "a route deprecated",
    (paths) => Object.assign(read(paths), going),
    "free: GET /v1/orders/{id}: the route is deprecated and may go on 2027-06-01"
  ],
  // What is sent
  [
    "an optional query parameter",
    (paths) => {
      list(paths).parameters.push({ name: "sort", in: "query", schema: text })
    },
    "free: GET /v1/orders: the query parameter sort is new and optional"
  ],
  [
    "a required query parameter",
    (paths) => {
      list(paths).parameters.push({ name: "sort", in: "query", required: true, schema: text })
    },
    "breaking: GET /v1/orders: the query parameter sort is new and required"
  ],
  [
    "a query parameter less",
    (paths) => list(paths).parameters.shift(),
    "breaking: GET /v1/orders: the query parameter limit is gone"
  ],
  [
    "a query parameter required",
    (paths) => Object.assign(list(paths).parameters[0], { required: true }),
    "breaking: GET /v1/orders: the query parameter limit is required, was optional"
  ],
  [
    "a query parameter narrower",
    (paths) => Object.assign(list(paths).parameters[0].schema, { maxLength: 2 }),
    "breaking: the query parameter limit of GET /v1/orders: it has at most 2 characters, was 3"
  ],
  [
    "a query parameter wider",
    (paths) => Object.assign(list(paths).parameters[0].schema, { maxLength: 9 }),
    "free: the query parameter limit of GET /v1/orders: it has at most 9 characters, was 3"
  ],
  [
    "a path parameter narrower",
    (paths) => Object.assign(read(paths).parameters[0].schema, { maxLength: 36 }),
    "breaking: the path parameter id of GET /v1/orders/{id}: it has at most 36 characters, was 40"
  ],
  ["a header less", (paths) => list(paths).parameters.pop(), "breaking: GET /v1/orders: the header X-Trace-Id is gone"],
  ["a header in other capitals", (paths) => Object.assign(list(paths).parameters[1], { name: "x-trace-id" })],
  [
    "a body optional",
    (paths) => Object.assign(place(paths).requestBody, { required: false }),
    "free: POST /v1/orders: the body is optional, was required"
  ],
  [
    "a body more",
    (paths) => Object.assign(list(paths), { requestBody: place(paths).requestBody }),
    "breaking: GET /v1/orders: it takes a body, which is required"
  ],
  ["a body less", (paths) => delete place(paths).requestBody, "breaking: POST /v1/orders: it takes no body any more"],
  [
    "a body of another type",
    (paths) => Object.assign(place(paths).requestBody, { content: { "text/csv": { schema: text } } }),
    "breaking: POST /v1/orders: the body may not be application/json any more",
    "free: POST /v1/orders: the body may be text/csv"
  ],
  [
    "credentials needed",
    (_, openapi) => Object.assign(openapi.paths["/v1/orders"].get, { security: [{ bearer: [], key: [] }] }),
    "breaking: GET /v1/orders: it needs credentials that it did not need"
  ],
  ["credentials not needed", (paths) => Object.assign(list(paths), { security: [] })],
  [
    "other credentials",
    (_, { components }) => Object.assign(components.securitySchemes.bearer, { scheme: "basic" }),
    "breaking: the credentials bearer: they changed"
  ],
  // What is answered
  [
    "a new success",
    (paths) => Object.assign(place(paths).responses, { "202": {} }),
    "breaking: POST /v1/orders: it may answer 202"
  ],
  [
    "a success less",
    (paths) => Object.assign(place(paths), { responses: { "200": place(paths).responses["201"] } }),
    "breaking: POST /v1/orders: it no longer answers 201",
    "breaking: POST /v1/orders: it may answer 200"
  ],
  [
    "a new refusal",
    (paths) => Object.assign(place(paths).responses, { "409": {} }),
    "free: POST /v1/orders: it may answer 409"
  ],
  [
    "a refusal less",
    (paths) => delete read(paths).responses["404"],
    "free: GET /v1/orders/{id}: it no longer answers 404"
  ],
  [
    "a new problem",
    (paths) => {
      problems(paths).push({ properties: { type: { const: "urn:problem:lost" } } })
    },
    "free: the answer 404 of GET /v1/orders/{id}: it may be the problem urn:problem:lost"
  ],
  [
    "a problem less",
    (paths) => problems(paths).pop(),
    "free: the answer 404 of GET /v1/orders/{id}: it is no longer the problem urn:problem:gone"
  ],
  [
    "a field of a problem",
    (_, { components }) => components.schemas.GoneProblem.required.pop(),
    "breaking: the answer 404 of GET /v1/orders/{id}: detail is optional, was required"
  ],
  [
    "a field of an answer",
    (_, { components }) => Object.assign(components.schemas.Order.properties, { total: { type: "integer" } }),
    "free: Order.total is new, and optional (in the answer 201 of POST /v1/orders and the answer 200 of GET /v1/orders/{id})"
  ],
  [
    "a header of an answer less",
    (paths) => delete place(paths).responses["201"].headers.ETag,
    "breaking: the answer 201 of POST /v1/orders: the header ETag is gone"
  ],
  [
    "a header of an answer sometimes",
    (paths) => Object.assign(place(paths).responses["201"].headers.ETag, { required: false }),
    "breaking: the answer 201 of POST /v1/orders: the header ETag is not always there"
  ],
  [
    "a header of an answer more",
    (paths) => Object.assign(place(paths).responses["201"].headers, { Age: { schema: text } }),
    "free: the answer 201 of POST /v1/orders: the header Age is new"
  ],
  [
    "an answer of another type too",
    (paths) => Object.assign(list(paths).responses["200"].content, { "text/csv": { schema: text } }),
    "free: the answer 200 of GET /v1/orders: it may be text/csv"
  ],
  [
    "an answer of another type",
    (paths) => Object.assign(list(paths).responses["200"], { content: { "text/csv": { schema: text } } }),
    "breaking: the answer 200 of GET /v1/orders: it is never application/json",
    "free: the answer 200 of GET /v1/orders: it may be text/csv"
  ],
  [
    "words",
    (paths) => {
      Object.assign(list(paths), { summary: "List", operationId: "all", tags: ["x"] })
    }
  ]
]

for (const [name, change, ...told] of rows)
  it(name, () => {
    const changes = changesBy(({ openapi }) => change(openapi.paths, openapi))
    expect(changes.filter(({ who }) => who !== "callers over HTTP")).toEqual([])
    expect(changes.map(({ verdict, sentence }) => foundAs(told, `${verdict}: ${sentence}`)).sort()).toEqual(
      [...told].sort()
    )
  })
