import { Api } from "@sluice/contracts/api"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"

const { call } = await runningApi()

describe("without a token", () => {
  it("/openapi.json describes every route with its statuses, problems, headers and security", async () => {
    const { status, body } = await call("/openapi.json", { token: "" })
    expect(status).toBe(200)
    expect(body.openapi).toBe("3.1.0")
    for (const group of Object.values(Api.groups))
      for (const { path, method } of Object.values(group.endpoints)) {
        const operation = body.paths[path.replaceAll(/:([a-z]+)/g, "{$1}")][method.toLowerCase()]
        expect(operation.security).toEqual([{ bearer: [] }])
        for (const refusal of ["400", "401", "403"])
          expect(Object.keys(operation.responses[refusal].content)).toEqual(["application/problem+json"])
        expect(operation.responses["401"].headers).toHaveProperty("WWW-Authenticate")
        expect(operation.responses["503"].headers).toHaveProperty("Retry-After")
      }
    const update = body.paths["/v1/sessions/{id}"].put
    expect(Object.keys(update.responses).sort()).toEqual([
      "200",
      "400",
      "401",
      "403",
      "404",
      "409",
      "412",
      "413",
      "415",
      "422",
      "500",
      "503"
    ])
    expect(update.parameters.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["id", "Idempotency-Key", "If-Match", "traceparent", "X-Trace-Id"])
    )
    expect(Object.keys(body.paths["/v1/sessions"].post.responses["201"].headers)).toEqual(
      expect.arrayContaining(["ETag", "Location", "Idempotency-Replayed", "X-Trace-Id"])
    )
    expect(body.components.schemas.InvalidTransitionProblem.properties.status.enum).toEqual([409])
  })

  it("/docs is one page that loads nothing from elsewhere", async () => {
    const { status, headers, body } = await call("/docs", { token: "" })
    expect(status).toBe(200)
    expect(headers["content-type"]).toMatch(/^text\/html/)
    expect(body).not.toMatch(/<(script|link|img)[^>]+(src|href)="?https?:/)
  })

  it("HEAD is answered like GET, without a body", async () => {
    const head = await call("/openapi.json", { method: "HEAD", token: "" })
    expect(head).toMatchObject({ status: 200, body: "" })
  })
})
