import { type Dispatcher, Pool } from "undici"
import { v7 } from "uuid"
import { sampleActor, sampleSession, sampleTenant } from "./sample.command.ts"
import type { Stage } from "./stage.services.ts"

/** Requests to a stage's API over a fixed number of connections, as cheap as a client can make them: it shares the cores. */
export interface ApiClient {
  /** Opens a session with an idempotency key; the body of the answer is thrown away. Rejects unless it is created. */
  readonly openSession: () => Promise<void>
  /** Opens a session and answers its id. */
  readonly openSessionForId: () => Promise<string>
  /** Resolves when the row is readable, at `version` or later. */
  readonly readable: (id: string, version: number) => Promise<void>
  /** Resolves when a path is answered with 200; the body is thrown away. */
  readonly get: (path: string) => Promise<void>
  readonly close: () => Promise<void>
}

export const apiClient = async (stage: Stage, url: string, connections: number): Promise<ApiClient> => {
  const claims = {
    tenant: sampleTenant,
    sub: sampleActor.id,
    kind: sampleActor.kind,
    roles: sampleActor.roles,
    scope: "*"
  }
  const authorization = `Bearer ${await stage.stack.issuer.sign(claims, "1h")}`
  const pool = new Pool(url, { connections, pipelining: 1 })
  const body = JSON.stringify(sampleSession)
  const opening = () => ({
    method: "POST" as const,
    path: "/v1/sessions",
    headers: { authorization, "content-type": "application/json", "idempotency-key": v7() },
    body
  })
  return {
    openSession: () => dispatched(pool, opening(), 201),
    openSessionForId: async () => {
      const { statusCode, body } = await pool.request(opening())
      if (statusCode !== 201) throw new Error(`POST /v1/sessions answered ${statusCode}: ${await body.text()}`)
      return ((await body.json()) as { readonly id: string }).id
    },
    readable: (id, version) => {
      const path = `/v1/sessions/${id}?minVersion=${version}&wait=10s`
      return dispatched(pool, { method: "GET", path, headers: { authorization } }, 200)
    },
    get: (path) => dispatched(pool, { method: "GET", path, headers: { authorization } }, 200),
    close: () => pool.close()
  }
}

const dispatched = (pool: Pool, request: Dispatcher.DispatchOptions, wanted: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let status = 0
    pool.dispatch(request, {
      onRequestStart: () => {},
      onResponseStart: (_controller, statusCode) => {
        status = statusCode
      },
      onResponseData: () => {},
      onResponseEnd: () =>
        status === wanted ? resolve() : reject(new Error(`${request.method} ${request.path} answered ${status}`)),
      onResponseError: (_controller, error) => reject(error)
    })
  })
