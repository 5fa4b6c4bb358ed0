/** Requests near the contract and far from it, by a seed: the same seed gives the same ones. */

import type { Random } from "./random.numbers.ts"
import { ID, NAMES, REQUESTS } from "./random.routes.ts"

export interface RawRequest {
  readonly method: string
  readonly target: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Buffer
}

const NASTY: ReadonlyArray<unknown> = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202e🐎",
  "x".repeat(5000),
  "2026-02-30T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "0001-01-01T00:00:00Z",
  "P1Y",
  "PT1S",
  "../..",
  "%00",
  "'; drop table events --",
  [],
  {},
  [[]],
  { a: null },
  { __proto__: null, constructor: { prototype: 1 } },
  { toString: 1 },
  "approve",
  "active",
  "tokens.input"
]
const PATHS = ["/openapi.json", `/${ID}`, "//", "*", "/v1/sessions/", "http://x/v1/audit", "/v1/%73essions", "/v1"]
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY", "PROPFIND", "get", "FOO"]
const HEADERS: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  [
    "Content-Type",
    [
      "application/json",
      "application/json; charset=utf-8",
      "text/plain",
      "application/*+json",
      "application/yaml",
      ";",
      "",
      "application/json, text/plain"
    ]
  ],
  ["Idempotency-Key", ["k1", "k2", "", "k".repeat(200), "k".repeat(201), "\xff\xfe", "a, b"]],
  ["traceparent", ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "x", "\xff"]],
  ["X-Trace-Id", ["a".repeat(32), "x"]],
  ["Expect", ["100-continue", "200-ok"]],
  ["Upgrade", ["websocket", "h2c"]],
  ["Content-Encoding", ["gzip", "identity"]],
  ["Accept", ["text/html", "*/*", "application/yaml", "text/yaml;q=x, */*;q=2", ";,q="]],
  ["X-Long", ["x".repeat(4000), "x".repeat(20_000)]],
  ["Bad Name", ["x"]]
]
const IF_MATCH = ['"1"', '"9"', "*", '"x"', "1", 'W/"1"', '"1", "2"', '"', ""]
const QUERIES = [
  "role",
  "status",
  "limit",
  "cursor",
  "subjectType",
  "subjectId",
  "awaiting",
  "workflow",
  "phase",
  "correlationId",
  "actor",
  "subject",
  "from",
  "to",
  "minVersion",
  "wait",
  "x"
]
const QUERY_VALUES = [
  "",
  "pm",
  "active",
  "in_progress",
  "blocked",
  "plan",
  "A",
  "1",
  "200",
  "201",
  "-1",
  "1e3",
  "me",
  "5ms",
  "0s",
  "%00",
  "%",
  "%ff",
  "%F0%9F%90%8E",
  "WzFd",
  "bnVsbA",
  "2026-01-01T00:00:00Z",
  "2026-01-01T00:00:00+02:00",
  "session",
  "'--",
  "a&a=b"
]

export const randomRequests = (
  random: Random,
  known: { readonly ids: ReadonlyArray<string>; readonly tokens: ReadonlyArray<string> }
) => {
  const one = <A>(list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)] as A
  const chance = (probability: number): boolean => random() < probability

  const mutate = (value: unknown): unknown => {
    if (chance(0.04)) return one(NASTY)
    if (Array.isArray(value)) return chance(0.05) ? [...value, one(NASTY)] : value.map(mutate)
    if (typeof value !== "object" || value === null) return value
    const kept = Object.entries(value).filter(() => !chance(0.04))
    const more = chance(0.04) ? [[one(["x", "", "\u0000", "__proto__", "k".repeat(201), "\udfff"]), one(NASTY)]] : []
    return Object.fromEntries([...kept.map(([key, child]) => [key, mutate(child)]), ...more])
  }
  const bytes = (template: object | undefined): Buffer => {
    if (template === undefined || chance(0.03)) return Buffer.alloc(0)
    const text = JSON.stringify(chance(0.4) ? template : mutate(template))
    if (chance(0.03)) return Buffer.from(text.slice(0, Math.floor(random() * text.length)))
    if (chance(0.02)) return Buffer.from(Array.from({ length: 50 }, () => Math.floor(random() * 256)))
    if (chance(0.02)) return Buffer.from(`{"role":"pm","metadata":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`)
    if (chance(0.02)) return Buffer.from(`${text}${" ".repeat(300_000)}`)
    return Buffer.from(text)
  }
  const target = (path: string): string => {
    const odd = ["x", "%00", "..", "01A1FDC9-7A89-75FA-95DF-188C3D800A4C", "%e2%82", "a/b", ""]
    const id = (): string => (chance(0.85) ? one(known.ids) : one(odd))
    const named = path.replaceAll(/\{name\}|\{key\}|\{phase\}/g, (name) => one(NAMES[name] as ReadonlyArray<string>))
    const pairs = Array.from(
      { length: chance(0.3) ? Math.ceil(random() * 3) : 0 },
      () => `${one(QUERIES)}=${one(QUERY_VALUES)}`
    )
    const query = pairs.length > 0 ? `?${pairs.join("&")}` : ""
    return `${named.replaceAll(ID, id)}${query}${chance(0.01) ? "#x" : ""}${chance(0.01) ? "\u00fc" : ""}`
  }

  return (): RawRequest => {
    const [method, path, template] = one(REQUESTS)
    return {
      method: chance(0.92) ? method : one(METHODS),
      target: target(chance(0.92) ? path : one(PATHS)),
      headers: [
        ...(chance(0.97) ? [["Authorization", `Bearer ${one(known.tokens)}`] as const] : []),
        ...(chance(0.95) ? [["Content-Type", "application/json"] as const] : []),
        ...(chance(0.08) ? [["If-Match", one(IF_MATCH)] as const] : []),
        ...HEADERS.filter(() => chance(0.02)).map(([name, values]) => [name, one(values)] as const)
      ],
      body: bytes(template)
    }
  }
}
