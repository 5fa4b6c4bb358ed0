import { randomInt } from "node:crypto"
import { createServer } from "node:net"
import { EmbeddedError } from "./embedded.error.ts"

// Below Linux's ephemeral range (32768–60999): a client that keeps reconnecting to a stopped server's ephemeral port on
// loopback sooner or later connects to itself, and the server cannot have its port back.
const lowest = 15_000
const highest = 32_000

/** Whether a server could listen on this loopback port now. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once("error", () => resolve(false))
    probe.listen({ host: "127.0.0.1", port, exclusive: true }, () => probe.close(() => resolve(true)))
  })

/** A loopback TCP port that nobody listens on now, outside the range the system hands out by itself. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(lowest, highest)
    if (await isPortFree(port)) return port
  }
  throw new EmbeddedError(`no free port found between ${lowest} and ${highest} on 127.0.0.1`)
}

/** Refuses with one sentence when somebody else listens on the port. */
export const requirePort = async (port: number, who: string): Promise<void> => {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new EmbeddedError(`${port}, wanted for ${who}, is no port: choose one from 1 to 65535`)
  }
  if (await isPortFree(port)) return
  throw new EmbeddedError(
    `port ${port} on 127.0.0.1, wanted for ${who}, is in use: stop what listens there or choose another port`
  )
}
