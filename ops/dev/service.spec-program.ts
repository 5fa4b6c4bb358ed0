import { createServer } from "node:http"

/** Behaves like a service: bad configuration ends it, `ready` is logged once it listens, SIGTERM drains. */
const log = (level: string, msg: string, more: object = {}): void =>
  console.log(JSON.stringify({ level, msg, ...more }))

if (process.env.GREETING === undefined) {
  log("fatal", "Bad configuration: GREETING: is not set")
  process.exit(1)
}
const server = createServer((_, response) => response.end(process.env.GREETING))
process.on("SIGTERM", () => {
  server.close()
  log("info", "drained")
})
server.listen(Number(process.env.HTTP_PORT ?? 0), "127.0.0.1", () => {
  const { port } = server.address() as { port: number }
  log("info", "starting")
  if (process.env.NEVER_READY === undefined) log("info", "ready", { url: `http://127.0.0.1:${port}` })
})
