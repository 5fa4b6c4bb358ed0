import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, type Scope } from "effect"
import type pino from "pino"
import { registry } from "./metrics.ts"

export interface CheckResult {
  readonly ok: boolean
  /** Shown in /readyz, for example a lag or the last error's sentence. */
  readonly detail?: string | number
}
export interface OpsAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** What operators look at: /healthz (the process lives), /readyz (its dependencies and lag), /metrics (Prometheus text). */
export interface Ops {
  /** Adds a condition of /readyz. It is asked at each request and has one second to answer. */
  readonly check: (name: string, check: Effect.Effect<CheckResult>) => void
  /** The answer for one of the three paths; undefined for any other. */
  readonly handle: (pathname: string) => Promise<OpsAnswer> | undefined
  /** Serves the three paths until the scope closes; answers `http://host:port`. For services without a server of their own. */
  readonly serve: Effect.Effect<string, Error, Scope.Scope>
  /** Says in one log line that the service works and where it can be asked. Scripts wait for it. */
  readonly ready: (url: string) => void
}

const json = (status: number, value: unknown): OpsAnswer => ({
  status,
  contentType: "application/json",
  body: `${JSON.stringify(value)}\n`
})

export const makeOps = (log: pino.Logger, address: { readonly host: string; readonly port: number }): Ops => {
  const checks = new Map<string, Effect.Effect<CheckResult>>()

  const readyz = async (): Promise<OpsAnswer> => {
    const results = await Promise.all(
      [...checks].map(async ([name, check]) => {
        const result = await Effect.runPromise(
          check.pipe(
            Effect.timeoutOrElse({
              duration: "1 second",
              orElse: () => Effect.succeed<CheckResult>({ ok: false, detail: "no answer within a second" })
            }),
            Effect.catchCause(() => Effect.succeed<CheckResult>({ ok: false, detail: "the check failed" }))
          )
        )
        return [name, result] as const
      })
    )
    const ok = results.every(([, result]) => result.ok)
    return json(ok ? 200 : 503, { status: ok ? "ready" : "not ready", checks: Object.fromEntries(results) })
  }

  const handle = (pathname: string): Promise<OpsAnswer> | undefined => {
    switch (pathname) {
      case "/healthz":
        return Promise.resolve(json(200, { status: "ok" }))
      case "/readyz":
        return readyz()
      case "/metrics":
        return registry.metrics().then((body) => ({ status: 200, contentType: registry.contentType, body }))
      default:
        return undefined
    }
  }

  const listen = Effect.callback<ReturnType<typeof createServer>, Error>((resume) => {
    const server = createServer((request, response) => {
      const answer = handle(new URL(request.url ?? "/", "http://ops").pathname)
      Promise.resolve(answer ?? json(404, { status: "unknown path; there are /healthz, /readyz, /metrics" })).then(
        ({ status, contentType, body }) => {
          response.writeHead(status, { "content-type": contentType })
          response.end(request.method === "HEAD" ? undefined : body)
        },
        () => response.writeHead(500).end()
      )
    })
    server.once("error", (cause) => resume(Effect.fail(cause)))
    server.listen(address.port, address.host, () => resume(Effect.succeed(server)))
  })

  return {
    check: (name, check) => void checks.set(name, check),
    handle,
    serve: Effect.acquireRelease(listen, (server) =>
      Effect.promise(async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      })
    ).pipe(Effect.map((server) => `http://${address.host}:${(server.address() as AddressInfo).port}`)),
    ready: (url) => log.info({ url }, "ready")
  }
}
