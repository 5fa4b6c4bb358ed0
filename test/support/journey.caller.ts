import { holdToContract } from "./journey.contract.ts"

/** An answer of the API. `Body` is what a success would be; a refusal is a problem. */
export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed; undefined where the answer is no JSON. */
  readonly body: Body
  /** From the `ETag`; NaN without one. */
  readonly version: number
}

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: ReadonlyArray<{ readonly pointer: string; readonly message: string }>
  readonly [extension: string]: unknown
}

type Fields = Readonly<Record<string, string | number | undefined>>
export type RequestHeaders = Readonly<Record<string, string>>

export interface Request {
  readonly query?: Fields | undefined
  readonly headers?: RequestHeaders | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, as `application/json` unless the headers say otherwise. */
  readonly raw?: string | Uint8Array
}

/** Asks the API on somebody's behalf. Every answer is held to the OpenAPI document. */
export type Ask = <Body>(method: string, path: string, request?: Request) => Promise<Answer<Body>>

export const asking =
  (url: string, token: string | undefined): Ask =>
  async <Body>(method: string, path: string, { query = {}, headers = {}, body, raw }: Request = {}) => {
    const target = new URL(path, url)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) target.searchParams.set(name, String(value))
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(target, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...headers
      },
      ...(sent === undefined ? {} : { body: sent as string })
    })
    const text = await response.text()
    holdToContract({ method, path: target.pathname, status: response.status, headers: response.headers, text })
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: parsed(response, text) as Body,
      version: Number(/^"(\d+)"$/.exec(response.headers.get("etag") ?? "")?.[1] ?? Number.NaN)
    }
  }

const parsed = ({ headers }: Response, text: string): unknown =>
  /\bjson\b/.test(headers.get("content-type") ?? "") ? JSON.parse(text) : undefined

/** The problem that a refusal carries. */
export const problemOf = (answer: Answer<unknown>): Problem => answer.body as Problem
