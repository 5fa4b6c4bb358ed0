import { once } from "node:events"
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Webhook } from "standardwebhooks"
import { afterAll } from "vitest"

/** A request that arrived. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** `webhook-id`. */
  readonly id: string
  /** By `performance.now()`. */
  readonly at: number
  /** How many of this path came before, and how many are being answered, this one included. */
  readonly before: number
  readonly open: number
}
export type Behaviour = (response: ServerResponse, received: Received) => void

/** Webhooks for specs: a real server on this machine whose paths behave as they are told. `204` unless told. */
export const startReceiver = async (host = "127.0.0.1") => {
  const behaviours = new Map<string, Behaviour>()
  const received: Array<Received> = []
  const counts = new Map<string, number>()
  const open = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = request.url ?? ""
    open.set(path, (open.get(path) ?? 0) + 1)
    response.once("close", () => open.set(path, (open.get(path) ?? 1) - 1))
    const chunks: Array<Buffer> = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => {
      const before = counts.get(path) ?? 0
      counts.set(path, before + 1)
      const one: Received = {
        path,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        id: String(request.headers["webhook-id"]),
        at: performance.now(),
        before,
        open: open.get(path) ?? 0
      }
      received.push(one)
      const behave = behaviours.get(path)
      if (behave === undefined) response.writeHead(204).end()
      else behave(response, one)
    })
  })
  server.listen(0, host)
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  afterAll(close)
  return {
    port,
    url: (path: string) => `http://${host}:${port}${path}`,
    behave: (path: string, behaviour: Behaviour) => behaviours.set(path, behaviour),
    received: (path: string) => received.filter((one) => one.path === path),
    /** Connections that were made, whatever came of them. */
    onConnection: (call: () => void) => server.on("connection", call),
    close
  }
}

/** Throws unless one of its signatures is right, as the public library sees it. */
export const verify = (secret: string, { body, headers }: Received): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>)

export const answering =
  (status: number, body = "", headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end(body)
