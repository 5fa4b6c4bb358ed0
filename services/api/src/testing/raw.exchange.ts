import { connect } from "node:net"
import type { RawRequest } from "./random.requests.ts"

export interface RawAnswer {
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** One request on a connection of its own, byte by byte as told, whatever HTTP thinks of it. */
export const exchange = (
  url: string,
  { method, target, headers, body }: RawRequest,
  chunked: boolean
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1")
    const received: Array<Buffer> = []
    socket.on("data", (data) => received.push(data as Buffer))
    socket.on("error", () => {})
    socket.on("close", () => {
      const text = Buffer.concat(received)
        .toString("latin1")
        .replace(/^HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n/, "")
      const match = /^HTTP\/1\.1 (\d{3}) [^\r]*\r\n([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(text)
      if (match === null) reject(new Error(`no answer: ${JSON.stringify(text.slice(0, 200))}`))
      else
        resolve({
          status: Number(match[1]),
          headers: match[2] as string,
          body: Buffer.from(match[3] as string, "latin1").toString()
        })
    })
    const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`
    const lines = [
      `${method} ${target} HTTP/1.1`,
      "Host: x",
      "Connection: close",
      framing,
      ...headers.map((one) => one.join(": "))
    ]
    socket.write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"))
    if (!chunked) socket.write(body)
    else {
      if (body.length > 0)
        socket.write(Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]))
      socket.write("0\r\n\r\n")
    }
  })
