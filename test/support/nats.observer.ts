import { readFileSync, writeFileSync } from "node:fs"
import { connect, type NatsConnection, nkeyAuthenticator, nkeys } from "@nats-io/transport-node"
import { freshUser } from "@sluice/ops/nats/accounts/installation"

const USERS = "users: [{"
const encoder = new TextEncoder()

/** The accounts of a broker for tests, with one more user in some of them who may do everything there. */
export interface Observed {
  readonly configFile: string
  /** Seeds of those users by account. */
  readonly seeds: ReadonlyMap<string, string>
}

/**
 * Adds the users to a copy of a generated configuration. No installation has the like.
 * @param known seeds of users that were added before, to be added again
 */
export const observe = (
  from: string,
  to: string,
  accounts: ReadonlyArray<string>,
  known: ReadonlyMap<string, string> = new Map()
): Observed => {
  const seeds = new Map<string, string>()
  let text = readFileSync(from, "utf8")
  for (const account of accounts) {
    const seed = known.get(account) ?? freshUser().seed
    const publicKey = nkeys.fromSeed(encoder.encode(seed)).getPublicKey()
    const users = text.indexOf(USERS, text.indexOf(`"${account}" {\n`))
    if (users < 0) throw new Error(`no account ${account} in ${from}`)
    text = `${text.slice(0, users)}${USERS} nkey: ${publicKey} }, {${text.slice(users + USERS.length)}`
    seeds.set(account, seed)
  }
  writeFileSync(to, text)
  return { configFile: to, seeds }
}

/** Connects as the owner of a seed, and comes back whatever happens to the broker. */
export const connectWith = (url: string, seed: string, name = "spec"): Promise<NatsConnection> =>
  connect({
    servers: url,
    name,
    authenticator: nkeyAuthenticator(encoder.encode(seed)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    ignoreAuthErrorAbort: true
  })
