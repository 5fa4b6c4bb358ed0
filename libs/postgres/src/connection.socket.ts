import { Socket } from "node:net"

/** What postgres.js hands to a socket factory: the servers of its URL, one after the other. */
interface Servers {
  readonly host: ReadonlyArray<string>
  readonly port: ReadonlyArray<number>
  /** Of a Unix socket. */
  readonly path?: string | false
}

/**
 * A socket that tells of its error and its end at once, and only after the turn of the event loop in which they befell it.
 * postgres.js never answers a statement that it is given between the two; and told of the end before it has passed on
 * what it collected in that turn, it sends nothing more on that connection, which stays mute until it times out, again and
 * again (its issues 1066 and 1154 are about the same write).
 */
class UnhurriedSocket extends Socket {
  #error: unknown

  override emit(event: string | symbol, ...args: Array<unknown>): boolean {
    if (event === "error") {
      this.#error = args[0]
      return true
    }
    if (event !== "close") return super.emit(event, ...args)
    setImmediate(() => {
      if (this.#error !== undefined) super.emit("error", this.#error)
      super.emit("close", ...args)
    })
    return true
  }
}

/** The option `socket` of postgres.js for one pool: connects to the servers of its URL in turn. */
export const makeSockets = (): ((servers: Servers) => Socket) => {
  let turn = 0
  return ({ host, port, path }) => {
    const socket = new UnhurriedSocket()
    if (path) return socket.connect(path)
    const server = turn++ % host.length
    // postgres.js reads the name from here when it checks the server's certificate.
    Object.assign(socket, { host: host[server] })
    return socket.connect(port[server] as number, host[server] as string)
  }
}
