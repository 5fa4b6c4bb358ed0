import ipaddr from "ipaddr.js"

/** Where webhooks may go: https to the public internet, and to this machine only where a setting says so. */

export interface EndpointRules {
  /** Loopback is allowed, also by http: for development. */
  readonly allowLoopback: boolean
}

/** Everything that is wrong with an endpoint's URL, in words. Where a name leads is judged when connecting, by `addressFault`. */
export const endpointIssues = (url: string, rules: EndpointRules): ReadonlyArray<string> => {
  if (/[\s\p{Cc}]/u.test(url) || !URL.canParse(url)) return ["must be a URL, for example https://example.com/hook"]
  const { protocol, username, password, href, hostname } = new URL(url)
  const issues: Array<string> = []
  const toLoopback = rules.allowLoopback && isLoopbackHost(hostname)
  if (protocol !== "https:" && !(protocol === "http:" && toLoopback)) issues.push("must start with https://")
  if (username !== "" || password !== "") issues.push("must not have a user name or password")
  if (href.includes("#")) issues.push("must not have a fragment (#)")
  const fault = hostFault(hostname, rules)
  if (fault !== undefined) issues.push(fault)
  return issues
}

/**
 * Why webhooks must not go to an IP address (its text, IPv4 or IPv6); undefined where they may. What is no public unicast
 * address is refused, and so is what carries an IPv4 address to somewhere else: 6to4, Teredo, NAT64. The address is not in the
 * words, so that nobody learns from them where a name leads.
 */
export const addressFault = (ip: string, { allowLoopback }: EndpointRules): string | undefined => {
  const address = addressOf(ip)
  if (address === undefined) return notPublic("no address")
  const range = address.range()
  if (range === "loopback" && allowLoopback) return undefined
  if (range !== "unicast") return notPublic(range)
  if (address instanceof ipaddr.IPv6) return address.match(GLOBAL_UNICAST) ? undefined : notPublic("unassigned")
  return PLATFORM.includes(address.toString()) ? notPublic("platform") : undefined
}

const notPublic = (range: string): string => `leads to an address that is not public (${range})`

/** All that IANA gives out of IPv6. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3")

/** Public by their numbers, and yet inside: Azure's platform answers at this one. */
const PLATFORM: ReadonlyArray<string> = ["168.63.129.16"]

const LOCALHOST = /^(?:.+\.)?localhost\.?$/

/**
 * The address that a text is; a mapped one is the IPv4 address in it. IPv6 goes through the URL parser first, which writes it in
 * hexadecimal: of `::8.8.8.8`, which is not mapped, `ipaddr.js` makes a mapped one.
 */
const addressOf = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  const url = `http://[${text.replace(/%.*$/, "")}]`
  return URL.canParse(url) ? ipaddr.process(new URL(url).hostname.slice(1, -1)) : undefined
}

/** The URL parser has normalised the host, whatever its notation (`0x7f.1`). */
const literalOf = (hostname: string) => addressOf(hostname.replace(/^\[(.*)\]$/, "$1"))

const isLoopbackHost = (hostname: string): boolean =>
  LOCALHOST.test(hostname) || literalOf(hostname)?.range() === "loopback"

const hostFault = (hostname: string, rules: EndpointRules): string | undefined => {
  if (hostname === "") return "must name a host"
  const literal = literalOf(hostname)
  if (literal !== undefined) return addressFault(literal.toString(), rules)
  return LOCALHOST.test(hostname) && !rules.allowLoopback ? notPublic("loopback") : undefined
}
