import { describedDeprecation } from "./http.deprecation.ts"

/** What the generated OpenAPI document does not say by itself: headers that come with a status, and names as people write them. */

type Headers = Record<string, unknown>
interface Operation {
  readonly parameters?: ReadonlyArray<{ name: string; readonly in: string }>
  readonly responses?: Record<string, { headers?: Headers }>
  readonly [field: string]: unknown
}

const text = (description: string) => ({ description, schema: { type: "string" } })

const TRACE_ID = text("Names this request in the logs; its events carry it as correlation id")
const BY_STATUS: Readonly<Record<string, Headers>> = {
  "401": { "WWW-Authenticate": text("Bearer") },
  "503": { "Retry-After": { description: "Seconds", schema: { type: "integer" } } }
}
const UNUSUAL: Readonly<Record<string, string>> = {
  etag: "ETag",
  traceparent: "traceparent",
  "last-event-id": "Last-Event-ID"
}

/** `idempotency-key` → `Idempotency-Key`. */
const written = (header: string): string =>
  UNUSUAL[header] ?? header.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())

export const describeHeaders = (document: Record<string, unknown>): Record<string, unknown> => {
  const paths = document.paths as Record<string, Record<string, Operation>>
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    const { parameters = [], responses = {} } = operation
    const deprecation = describedDeprecation(operation)
    for (const parameter of parameters) if (parameter.in === "header") parameter.name = written(parameter.name)
    for (const [status, answer] of Object.entries(responses)) {
      const own = Object.entries(answer.headers ?? {}).map(([name, header]) => [written(name), header])
      answer.headers = { ...Object.fromEntries(own), "X-Trace-Id": TRACE_ID, ...BY_STATUS[status], ...deprecation }
    }
  }
  return document
}

/** Of an operation whose body may be left out. */
export const withOptionalBody = (operation: Record<string, unknown>): Record<string, unknown> => ({
  ...operation,
  requestBody: { ...(operation.requestBody as object), required: false }
})
