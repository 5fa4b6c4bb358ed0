import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll } from "vitest"

/** What stands between a client and the API does to one request. */
export type Fate =
  /** The API gets it; its answer is lost with the connection. */
  | "lose-answer"
  /** The API gets it; of its answer half arrives. */
  | "cut-answer"
  /** The API never hears of it. */
  | "lose-request"
  /** Somebody else answers. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** A request as it arrived. */
export interface Arrival {
  readonly method: string
  readonly url: string
  readonly key: string | undefined
  readonly authorization: string | undefined
  /** Milliseconds, of a clock that only goes forward. */
  readonly at: number
}

/** A real HTTP proxy in front of an API that does to requests what networks do. Ends after the file's last test. */
export const gatewayTo = async (api: string) => {
  const fates: Array<Fate> = []
  const arrivals: Array<Arrival> = []
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request
    const { authorization } = headers
    arrivals.push({ method, url, key: headers["idempotency-key"] as string, authorization, at: performance.now() })
    const fate = fates.shift()
    if (fate === "lose-request") return request.socket.destroy()
    if (typeof fate === "object") return response.writeHead(fate.status, fate.headers).end(fate.body)
    await forward(api, request, response, fate)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    /** What happens to the next requests, one after the other; those after them pass. */
    next: (...then: ReadonlyArray<Fate>) => {
      arrivals.length = 0
      fates.splice(0, fates.length, ...then)
    }
  }
}

const forward = async (api: string, request: IncomingMessage, response: ServerResponse, fate: Fate | undefined) => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const headers = Object.entries(request.headers).filter(([name]) => !/^(host|connection|content-length)$/.test(name))
  const answer = await fetch(new URL(request.url as string, api), {
    method: request.method as string,
    headers: headers as Array<[string, string]>,
    ...(body.length === 0 ? {} : { body })
  })
  const content = Buffer.from(await answer.arrayBuffer())
  if (fate === "lose-answer") return request.socket.destroy()
  const kept = [...answer.headers].filter(([name]) => !/^(connection|transfer-encoding|content-length)$/.test(name))
  response.writeHead(answer.status, { ...Object.fromEntries(kept), "content-length": content.length })
  if (fate !== "cut-answer") return response.end(content)
  response.write(content.subarray(0, content.length / 2), () => request.socket.destroy())
}
