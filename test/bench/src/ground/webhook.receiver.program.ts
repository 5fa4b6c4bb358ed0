/**
 * What endpoints are here: answers 204 at once to everything but `/hang`, which it never answers, and tells its parent, when
 * asked, how many posts came and how long after their event (milliseconds by this machine's clock).
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

let count = 0
let ages: Array<number> = []

const server = createServer((request, response) => {
  if (request.url === "/hang") return void request.resume()
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    count += 1
    const time = /"time":"([^"]+)"/.exec(Buffer.concat(chunks).toString("latin1"))?.[1]
    if (time !== undefined) ages.push(Date.now() - Date.parse(time))
    response.writeHead(204).end()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }))

process.on("message", (question) => {
  process.send?.({ count, ages })
  if (question === "reset") {
    count = 0
    ages = []
  }
})
process.on("disconnect", () => process.exit(0))
