import { Resolver } from "node:dns/promises"

/** The addresses of a host name, never none; rejects where there are none. */
export type Lookup = (hostname: string) => Promise<ReadonlyArray<string>>

const LOOPBACK: ReadonlyArray<string> = ["127.0.0.1", "::1"]

/**
 * Asks the name servers, without the system's resolver: that has four threads for the whole process, and one slow name
 * server would hold up every endpoint. `/etc/hosts` is not read; `localhost` is known (RFC 6761).
 */
export const makeLookup = (): Lookup => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  return async (hostname) => {
    if (/^(?:.+\.)?localhost\.?$/.test(hostname)) return LOOPBACK
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []))
    if (addresses.length > 0) return addresses
    const [failure] = answers.filter((answer) => answer.status === "rejected")
    const { code } = (failure?.reason ?? {}) as { code?: string }
    throw Object.assign(new Error(`The host name has no address${code === undefined ? "" : ` (${code})`}`), { code })
  }
}
