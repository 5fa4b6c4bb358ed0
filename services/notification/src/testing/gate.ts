import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { afterAll } from "vitest"

/** A TCP proxy on this machine to a port of it, that can be shut: connections are cut, and none are made. */
export const startGate = async (port: number) => {
  const sockets = new Set<Socket>()
  let open = true
  const server = createServer((client) => {
    if (!open) return client.destroy()
    const upstream = connect(port, "127.0.0.1")
    for (const [one, other] of [
      [client, upstream],
      [upstream, client]
    ] as const) {
      sockets.add(one)
      one
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(one)
          other.destroy()
        })
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const shut = () => {
    open = false
    for (const socket of sockets) socket.destroy()
  }
  afterAll(() => {
    shut()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    shut,
    open: () => {
      open = true
    }
  }
}
