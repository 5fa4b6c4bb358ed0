import { Server } from "node:http"
import type { Socket } from "node:net"
import { NodeHttpServer } from "@effect/platform-node"
import { PROBLEM_CONTENT_TYPE } from "@sluice/contracts/http/problem"
import { Deferred, Effect, type Layer } from "effect"
import { HttpMiddleware, HttpRouter, HttpServer, type HttpServerResponse } from "effect/http"
import { Closing } from "./http.closing.ts"
import { edge } from "./http.edge.ts"

export interface ServerAddress {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

/** A part of a path, in characters as it is sent: a name of 100 characters, each percent-encoded as twelve, fits. */
export const LONGEST_PARAMETER = 1500

/** How long requests may take to end once the service is asked to stop. */
const DRAIN = "10 seconds"

/** From a request to its answer, whichever door it came by: routes with what is around every request. */
export const makeApp = <E, R>(routes: Layer.Layer<never, E, R>) =>
  HttpRouter.toHttpEffect(routes).pipe(
    Effect.provideService(HttpRouter.RouterConfig, { maxParamLength: LONGEST_PARAMETER }),
    Effect.map(edge)
  )

/**
 * Serves an app over HTTP until the scope closes: then no new connection is taken, and requests under way get their answer.
 * Succeeds with `http://host:port`.
 */
export const serveApp = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  address: ServerAddress
) =>
  Effect.gen(function* () {
    const server = yield* NodeHttpServer.make(makeServer, { ...address, gracefulShutdownTimeout: DRAIN })
    const closing = yield* Deferred.make<void>()
    yield* server.serve(Effect.provideService(app, Closing, Deferred.await(closing)))
    // The first to run: what has no end of its own must end before the server waits for it.
    yield* Effect.addFinalizer(() => Deferred.succeed(closing, undefined))
    return HttpServer.formatAddress(server.address)
  }).pipe(Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true))

/** Serves routes over HTTP: `makeApp` and `serveApp` in one. */
export const serve = <E, R>(routes: Layer.Layer<never, E, R>, address: ServerAddress) =>
  Effect.flatMap(makeApp(routes), (app) => serveApp(app, address))

/** Node closes only those connections that are idle when it stops listening; here also those that become idle later. */
class DrainingServer extends Server {
  override close(callback?: (error?: Error) => void): this {
    const again = setInterval(() => this.closeIdleConnections(), 20)
    return super.close((error) => {
      clearInterval(again)
      callback?.(error)
    })
  }
}

/** Node's server: upgrades are not offered, and what Node itself refuses is refused in our words. */
const makeServer = (): Server =>
  new DrainingServer({ shouldUpgradeCallback: () => false, keepAliveTimeout: 30_000 })
    .on("clientError", (error, socket) => refuseConnection(error as NodeJS.ErrnoException, socket as Socket))
    .on("checkExpectation", (_, response) => {
      const body = problemText(417, "Expectation failed")
      const headers = { "content-type": PROBLEM_CONTENT_TYPE, "content-length": Buffer.byteLength(body) }
      response.writeHead(417, { ...headers, connection: "close" }).end(body)
    })

const REASONS: Readonly<Record<string, readonly [status: number, title: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request header fields too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request timeout"]
}

const refuseConnection = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy()
  const [status, title] = REASONS[error.code ?? ""] ?? [400, "Malformed request"]
  const body = problemText(status, title)
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close"
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}

const problemText = (status: number, title: string): string =>
  JSON.stringify({
    type: `urn:sluice:problem:${title.toLowerCase().replaceAll(" ", "-")}`,
    title,
    status,
    detail: "This is not a request that this server understands"
  })
