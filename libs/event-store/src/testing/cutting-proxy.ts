import { type AddressInfo, connect, createServer } from "node:net"

/** A TCP proxy on loopback. Once armed, it lets the next request through and drops the connection instead of the answer. */
export const startCuttingProxy = async (port: number) => {
  let armed = 0
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1")
    let asked = false
    client.on("data", (chunk) => {
      asked = armed > 0
      upstream.write(chunk)
    })
    upstream.on("data", (chunk) => {
      if (asked && armed > 0) {
        armed -= 1
        client.destroy()
        upstream.destroy()
      } else client.write(chunk)
    })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client]
    ] as const) {
      one.on("close", () => other.destroy())
      one.on("error", () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    port: (server.address() as AddressInfo).port,
    /** Drops the answers of the next `count` requests. */
    dropAnswers: (count: number) => {
      armed = count
    },
    close: () => server.close()
  }
}
