import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { ensureDevIssuer } from "@sluice/auth"
import { freshKey, SecretsKey } from "@sluice/secrets"
import { type TestDatabase, testDatabase, testNats } from "@sluice/testing"
import { Effect, Exit, Layer, Redacted, Schema, Scope } from "effect"
import type { JWTPayload } from "jose"
import { Pool } from "undici"
import { afterAll } from "vitest"
import { serveDoors } from "../doors.ts"
import type { FeedOptions } from "../events/events.live.ts"
import { backends, routes } from "../layers.ts"
import type { DoorSettings } from "../nats/nats.doors.ts"

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: specs look into it
  readonly body: any
}

export interface Call {
  readonly method?: string
  readonly token?: string
  readonly headers?: Record<string, string>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | Buffer
  /** Sent in chunks without an announced length. */
  readonly chunked?: string
}

const pieces = function* (text: string) {
  for (let at = 0; at < text.length; at += 10_000) yield Buffer.from(text.slice(at, at + 10_000))
}

/** The API over a database and a broker of one's own, called over real HTTP. Call it at the top of a spec. */
export const runningApi = async (
  options: {
    readonly queueLimit?: number
    readonly database?: Pick<TestDatabase, "adminUrl" | "urlFor">
    /** As the API is configured with it; a fresh key unless told. */
    readonly secretsKey?: string
    readonly allowLoopback?: boolean
    readonly feed?: Partial<FeedOptions>
    readonly doors?: DoorSettings
  } = {}
) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-api-"))
  const issuer = await ensureDevIssuer(folder)
  const database = options.database ?? (await testDatabase())
  const broker = await testNats()
  const secretsKey = Schema.decodeSync(SecretsKey)(options.secretsKey ?? freshKey("spec"))
  const scope = Scope.makeUnsafe()
  const url = await Effect.runPromise(
    Effect.gen(function* () {
      const context = yield* Layer.build(
        backends({
          databaseUrl: Redacted.make(database.urlFor("sluice_api")),
          natsUrl: broker.url,
          name: "api spec",
          queueLimit: options.queueLimit ?? 4096,
          feed: { heartbeatSeconds: 15, maxReaders: 100, ...options.feed }
        })
      )
      const front = {
        tokens: issuer,
        idempotencyTtl: 3600,
        ops: { handle: () => undefined },
        secretsKey,
        allowLoopback: options.allowLoopback ?? false,
        natsServers: broker.url
      }
      return yield* serveDoors(routes(front), { host: "127.0.0.1", port: 0 }, options.doors).pipe(
        Effect.provide(context)
      )
    }).pipe(Scope.provide(scope))
  )
  const pool = new Pool(url, { connections: 16 })
  afterAll(async () => {
    await pool.destroy()
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(folder, { recursive: true })
  })

  const token = (claims: JWTPayload = {}, expiresIn = "1h") =>
    issuer.sign({ tenant: "acme", sub: "ada", roles: ["pm"], scope: "*", ...claims }, expiresIn)
  const standard = await token()

  const call = async (
    path: string,
    { method, token = standard, headers = {}, json, raw, chunked }: Call = {}
  ): Promise<Answer> => {
    const whole = json === undefined ? raw : JSON.stringify(json)
    const content = chunked === undefined ? whole : Readable.from(pieces(chunked))
    const response = await pool.request({
      path,
      method: method ?? (content === undefined ? "GET" : "POST"),
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(content === undefined ? {} : { "content-type": "application/json" }),
        ...headers
      },
      body: content ?? null
    })
    const text = await response.body.text()
    const isJson = /json/.test(String(response.headers["content-type"]))
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text
    }
  }

  return { url, database, broker, issuer, secretsKey, token, call }
}
