import { randomUUID } from "node:crypto"
import { SluiceProblem, SluiceUnreachable } from "./client.errors.ts"
import type { Answer, ChangeOptions, ClientOptions } from "./client.options.ts"
import { problemIn } from "./problem.read.ts"
import { type CallRequest, pathOf, urlOf } from "./request.make.ts"
import { type RawAnswer, untilAnswered } from "./retry.loop.ts"
import { policyOf } from "./retry.policy.ts"
import type { Route } from "./route.table.ts"
import { type OwnVersions, resourceOf } from "./versions.seen.ts"

/** What every call of a client shares. */
export interface Settings extends ClientOptions {
  readonly base: URL
  readonly own: OwnVersions
}

/** Calls an endpoint: once, or more often until it is answered. Throws what `createClient` says. */
export const callRoute = async (
  settings: Settings,
  route: Route,
  request: CallRequest,
  options: ChangeOptions
): Promise<Answer<unknown>> => {
  const { base, own } = settings
  const path = pathOf(route, request.params)
  const resource = resourceOf(route.path, path)
  const url = urlOf(base, path, { ...waiting(settings, route, resource), ...request.query })
  const idempotencyKey = route.takesKey ? (options.idempotencyKey ?? randomUUID()) : undefined
  const { body, type } = contentOf(route, request.payload)
  const fixed = headersOf(options, idempotencyKey, type)
  const send = settings.fetch ?? globalThis.fetch

  const attempt = async (signal: AbortSignal): Promise<RawAnswer> => {
    const headers = new Headers(fixed)
    const { token } = settings
    headers.set("authorization", `Bearer ${typeof token === "string" ? token : await token()}`)
    const sent = { method: route.method, headers, redirect: "manual" as const, signal }
    const response = await send(url, body === undefined ? sent : { ...sent, body })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const policy = policyOf(settings.retry)
  const { answer, cause, attempts } = await untilAnswered(attempt, policy, options.signal)
  const call = { request: `${route.method} ${path}`, attempts, idempotencyKey }
  if (answer === undefined) throw new SluiceUnreachable(call, cause)
  const traceId = answer.headers.get("x-trace-id") ?? undefined
  if (answer.status < 200 || answer.status > 299) {
    const { problem, refusal } = problemIn(answer, route)
    throw new SluiceProblem(problem, refusal, { ...call, traceId })
  }
  const location = answer.headers.get("location") ?? undefined
  const version = versionIn(answer.headers)
  if (route.takesKey && version !== undefined) {
    const made = location === undefined || route.path.includes(":") ? undefined : new URL(location, base).pathname
    own.written(made === undefined ? resource : resourceOf(made, made), version)
  }
  const replayed = answer.headers.get("idempotency-replayed") === "true"
  return { body: bodyIn(answer, request, call), status: answer.status, version, location, replayed, traceId, attempts }
}

/** What a read asks for so that it shows what was written before. */
const waiting = ({ own, waitForOwnWrites = 2_000 }: Settings, route: Route, resource: string) => {
  const minVersion = route.takesMinVersion ? own.of(resource) : undefined
  return minVersion === undefined ? {} : { minVersion, wait: `${Math.min(waitForOwnWrites, 10_000)}ms` }
}

interface Content {
  readonly body?: string
  readonly type?: string
}

const contentOf = ({ hasPayload, textType }: Route, payload: unknown): Content => {
  if (!hasPayload || payload === undefined) return {}
  if (typeof payload === "string" && textType !== undefined) return { body: payload, type: textType }
  return { body: JSON.stringify(payload), type: "application/json" }
}

const headersOf = (options: ChangeOptions, idempotencyKey: string | undefined, type: string | undefined): Headers => {
  const { ifMatch, traceparent } = options
  const headers = new Headers({ accept: "application/json, application/problem+json" })
  if (type !== undefined) headers.set("content-type", type)
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey)
  if (ifMatch !== undefined) headers.set("if-match", typeof ifMatch === "number" ? `"${ifMatch}"` : ifMatch)
  if (traceparent !== undefined) headers.set("traceparent", traceparent)
  return headers
}

/** A weak tag is the same version: a proxy that compresses an answer makes it one. */
const versionIn = (headers: Headers): number | undefined => {
  const tag = /^(?:W\/)?"(\d+)"$/.exec(headers.get("etag") ?? "")
  return tag === null ? undefined : Number(tag[1])
}

const bodyIn = ({ headers, text }: RawAnswer, { query }: CallRequest, call: SluiceUnreachable["call"]): unknown => {
  if (text === "") return undefined
  const type = headers.get("content-type") ?? "of no type"
  if (/\bjson\b/.test(type)) {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new SluiceUnreachable(call, cause)
    }
  }
  if (query?.format !== undefined && query.format !== "json") return text
  // A page to sign in, for example, of somebody who stands in between.
  throw new SluiceUnreachable(call, new Error(`the answer is ${type}, not JSON`))
}
