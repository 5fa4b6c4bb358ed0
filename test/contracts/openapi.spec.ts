import { Validator } from "@seriousme/openapi-schema-validator"
import { expect, it } from "vitest"
import { openApi } from "../support/journey.contract.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const served = await fetch(new URL("/openapi.json", journey.api))
const document = (await served.json()) as typeof openApi & { readonly openapi: string; readonly security: unknown }

interface Parameter {
  readonly name: string
  readonly schema: { readonly description?: string }
}

it("/openapi.json is a valid OpenAPI 3.1 document, open to everybody", async () => {
  expect(served.status).toBe(200)
  expect(served.headers.get("content-type")).toContain("application/json")
  expect(document.openapi).toMatch(/^3\.1\./)
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true })
  expect(validator.version).toBe("3.1")
})

it("is what the contracts say: the document that every journey holds its answers to", () => {
  expect(document).toEqual(JSON.parse(JSON.stringify(openApi)))
})

it.each(["/v1/events", "/v1/events/stream"])("says what the filters of %s take", (path) => {
  const { get } = document.paths[path] as unknown as { readonly get: { readonly parameters: ReadonlyArray<Parameter> } }
  for (const filter of ["category", "type", "subject"])
    expect(get.parameters.find(({ name }) => name === filter)?.schema.description, filter).toContain("example")
})

it("names every route, each with the ways it may be refused", () => {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { responses }]) => ({
      route: `${method.toUpperCase()} ${path}`,
      statuses: Object.keys(responses).map(Number)
    }))
  )
  expect(routes.map(({ route }) => route).sort()).toEqual([
    "DELETE /v1/subscribers/{name}",
    "DELETE /v1/subscriptions/{id}",
    "GET /v1/approvals",
    "GET /v1/approvals/{id}",
    "GET /v1/audit",
    "GET /v1/billing/balance",
    "GET /v1/billing/ledger",
    "GET /v1/billing/prices",
    "GET /v1/billing/prices/{version}",
    "GET /v1/billing/statements",
    "GET /v1/billing/statements/{month}",
    "GET /v1/billing/usage",
    "GET /v1/budgets",
    "GET /v1/budgets/{id}",
    "GET /v1/deliveries/{id}",
    "GET /v1/events",
    "GET /v1/events/stream",
    "GET /v1/me/notification-preferences",
    "GET /v1/notifications",
    "GET /v1/notifications/counts",
    "GET /v1/notifications/{id}",
    "GET /v1/phases",
    "GET /v1/roles/{role}/notification-preferences",
    "GET /v1/runs",
    "GET /v1/runs/{id}",
    "GET /v1/runs/{id}/brief",
    "GET /v1/runs/{id}/context",
    "GET /v1/runs/{id}/phases",
    "GET /v1/runs/{id}/timeline",
    "GET /v1/sessions",
    "GET /v1/sessions/{id}",
    "GET /v1/subscribers",
    "GET /v1/subscribers/{name}",
    "GET /v1/subscriptions",
    "GET /v1/subscriptions/{id}",
    "GET /v1/subscriptions/{id}/deliveries",
    "GET /v1/workflows",
    "GET /v1/workflows/{name}",
    "GET /v1/workflows/{name}/versions/{version}",
    "PATCH /v1/budgets/{id}",
    "PATCH /v1/subscriptions/{id}",
    "POST /v1/approvals",
    "POST /v1/approvals/{id}/cancel",
    "POST /v1/approvals/{id}/decisions",
    "POST /v1/billing/adjustments",
    "POST /v1/billing/credits",
    "POST /v1/billing/forecast",
    "POST /v1/billing/statements/{month}/close",
    "POST /v1/budgets",
    "POST /v1/deliveries/{id}/redeliver",
    "POST /v1/notifications/{id}/archive",
    "POST /v1/notifications/{id}/read",
    "POST /v1/runs",
    "POST /v1/runs/{id}/blockers",
    "POST /v1/runs/{id}/blockers/{note}/resolve",
    "POST /v1/runs/{id}/cancel",
    "POST /v1/runs/{id}/checkpoints/{phase}",
    "POST /v1/runs/{id}/decisions",
    "POST /v1/runs/{id}/fail",
    "POST /v1/runs/{id}/milestones",
    "POST /v1/runs/{id}/pause",
    "POST /v1/runs/{id}/phases/{phase}/block",
    "POST /v1/runs/{id}/phases/{phase}/evidence",
    "POST /v1/runs/{id}/phases/{phase}/signoff",
    "POST /v1/runs/{id}/phases/{phase}/skip",
    "POST /v1/runs/{id}/phases/{phase}/transition",
    "POST /v1/runs/{id}/phases/{phase}/unblock",
    "POST /v1/runs/{id}/phases/{phase}/validate",
    "POST /v1/runs/{id}/questions",
    "POST /v1/runs/{id}/questions/{note}/answer",
    "POST /v1/runs/{id}/resume",
    "POST /v1/runs/{id}/tasks",
    "POST /v1/runs/{id}/tasks/{key}/complete",
    "POST /v1/runs/{id}/tasks/{key}/defer",
    "POST /v1/runs/{id}/tasks/{key}/fail",
    "POST /v1/runs/{id}/tasks/{key}/move",
    "POST /v1/runs/{id}/tasks/{key}/reopen",
    "POST /v1/runs/{id}/tasks/{key}/start",
    "POST /v1/runs/{id}/unstick",
    "POST /v1/sessions",
    "POST /v1/sessions/{id}/usage",
    "POST /v1/subscribers",
    "POST /v1/subscriptions",
    "POST /v1/subscriptions/{id}/redeliver",
    "POST /v1/subscriptions/{id}/rotate-secret",
    "POST /v1/subscriptions/{id}/test",
    "PUT /v1/billing/prices",
    "PUT /v1/me/notification-preferences",
    "PUT /v1/roles/{role}/notification-preferences",
    "PUT /v1/sessions/{id}",
    "PUT /v1/workflows/{name}"
  ])
  for (const { route, statuses } of routes) {
    expect(statuses, route).toEqual(expect.arrayContaining([400, 401, 403, 503]))
    // A subscriber is no stream of events: it has no version to be raced for.
    const ofStream = !route.startsWith("GET") && !route.includes("/v1/subscribers")
    if (ofStream) expect(statuses, route).toEqual(expect.arrayContaining([409, 413, 415, 422]))
    if (route.includes("{id}")) expect(statuses, route).toContain(404)
    if (route.startsWith("GET") && route.includes("{name}")) expect(statuses, route).toContain(404)
    if (route.includes("{") && ofStream) expect(statuses, route).toContain(412)
  }
})

it("says which bodies may be left out, and that nothing else may be in them", () => {
  const paths = document.paths as unknown as Record<string, { post: { requestBody: { required: boolean } } }>
  const required = (path: string) => paths[`/v1/runs/{id}/${path}`]?.post.requestBody.required
  for (const path of ["pause", "resume", "tasks/{key}/complete", "phases/{phase}/signoff", "phases/{phase}/transition"])
    expect([path, required(path)]).toEqual([path, false])
  for (const path of ["tasks", "questions", "phases/{phase}/evidence", "phases/{phase}/block", "checkpoints/{phase}"])
    expect([path, required(path)]).toEqual([path, true])
  const { components } = document as unknown as { components: { schemas: Record<string, object> } }
  for (const name of ["ResumeRun", "StartTask", "ValidateGate", "UnblockPhase"])
    expect(components.schemas[name]).toMatchObject({ type: "object", additionalProperties: false })
})

it("answers may gain fields, and say so: a strict reader of today's document reads tomorrow's", () => {
  const { paths, components } = document as unknown as {
    paths: Record<string, Record<string, { requestBody?: object; parameters?: object; responses: object }>>
    components: { schemas: Record<string, object> }
  }
  const reached = (from: object, found = new Set<string>()): ReadonlySet<string> => {
    for (const [, name = ""] of JSON.stringify(from).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      if (!found.has(name)) reached(components.schemas[name] as object, found.add(name))
    return found
  }
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const sent = reached(operations.map(({ requestBody, parameters }) => [requestBody, parameters]))
  const answered = reached(operations.map(({ responses }) => responses)).difference(sent)
  expect(answered.size).toBeGreaterThan(100)
  const closed = (names: ReadonlySet<string>) =>
    [...names].filter((name) => JSON.stringify(components.schemas[name]).includes('"additionalProperties":false'))
  expect(closed(answered)).toEqual([])
  expect(closed(sent).length).toBeGreaterThan(30)
  expect(JSON.stringify(operations.map(({ responses }) => responses))).not.toContain('"additionalProperties":false')
})

it("/docs is a page that loads nothing from elsewhere", async () => {
  const page = await fetch(new URL("/docs", journey.api))
  expect(page.status).toBe(200)
  expect(page.headers.get("content-type")).toContain("text/html")
  const html = await page.text()
  const markup = html.replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, (script) =>
    script.slice(0, script.indexOf(">") + 1)
  )
  const loaded = [...markup.matchAll(/\b(?:src|href|action)\s*=\s*["']?([^"'\s>]+)/g)].map(([, url]) => url as string)
  expect(loaded.filter((url) => /^(https?:)?\/\//.test(url))).toEqual([])
  expect(markup).not.toMatch(/@import|url\(\s*["']?(https?:)?\/\//)
  expect(html).toContain('"withDefaultFonts":false')
})
