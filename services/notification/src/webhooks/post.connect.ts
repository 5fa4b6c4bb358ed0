import { isIP, isIPv6, type LookupFunction, type Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { buildConnector } from "undici"
import { limitAnswers } from "./post.flood.ts"
import type { Lookup } from "./post.lookup.ts"

/** Webhooks must not go where this leads. Nothing was sent. */
export class ForbiddenAddress extends Error {
  readonly code = "SLUICE_FORBIDDEN_ADDRESS"
}

export interface ConnectRules {
  /** Why an address is refused; undefined where it is not. */
  readonly addressFault: (ip: string) => string | undefined
  readonly lookup: Lookup
  /** Milliseconds for making a connection, and as many for TLS on it. */
  readonly timeout: number
}

/**
 * Connects to public addresses only. A name is resolved once, and what it resolved to is what is connected to; an address in
 * the URL is judged too. Once connected, the other end's address is judged again, before a byte is sent, the first one of
 * TLS included. Certificates are checked against the URL's name, and nothing of the environment (proxies) is heeded.
 */
export const guardedConnector = ({ addressFault, lookup, timeout }: ConnectRules): buildConnector.connector => {
  const refuse = (fault: string) => new ForbiddenAddress(`The endpoint ${fault}`)
  const guardedLookup: LookupFunction = (hostname, options, answer) => {
    const permitted = async () => {
      const addresses = await lookup(hostname)
      const faults = addresses.map(addressFault)
      const open = addresses.filter((_, index) => faults[index] === undefined)
      if (open.length === 0) throw refuse(faults[0] ?? "has no address")
      return open.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
    }
    permitted().then(
      (addresses) => {
        const [first] = addresses
        if (options.all) answer(null, addresses)
        else answer(null, first?.address ?? "", first?.family)
      },
      (error) => answer(error, [])
    )
  }
  const connect = buildConnector({ allowH2: false, timeout, lookup: guardedLookup, rejectUnauthorized: true } as object)

  return (options, callback) => {
    const literalFault = isIP(options.hostname) === 0 ? undefined : addressFault(options.hostname)
    if (literalFault !== undefined) return queueMicrotask(() => callback(refuse(literalFault), null))
    const secure = options.protocol === "https:"
    const { servername: _, ...plain } = options
    const port = options.port || (secure ? "443" : "80")
    connect({ ...plain, protocol: "http:", port }, (error, socket: Socket | TLSSocket | null) => {
      // undici leaves the second one away, whatever its types say.
      if (error !== null || socket === null) return callback(error ?? new Error("No connection"), null)
      const fault = socket.remoteAddress === undefined ? "went away" : addressFault(socket.remoteAddress)
      if (fault !== undefined) {
        socket.destroy()
        return callback(refuse(fault), null)
      }
      if (!secure) return callback(null, limitAnswers(socket))
      connect({ ...options, httpSocket: socket as Socket }, (tlsError, tlsSocket: Socket | TLSSocket | null) => {
        if (tlsError !== null || tlsSocket === null) callback(tlsError ?? new Error("No connection"), null)
        else callback(null, limitAnswers(tlsSocket))
      })
    })
  }
}
