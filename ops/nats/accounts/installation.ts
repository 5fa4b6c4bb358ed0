import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { nkeys } from "@nats-io/nats-core"
import { Tenant as TenantName } from "@sluice/contracts/actor/actor"
import { EmbeddedError } from "@sluice/embedded"
import { Redacted, Schema } from "effect"
import { renderAccounts } from "./render.ts"
import { services } from "./services.ts"
import type { Tenant } from "./tenants.ts"

/**
 * The accounts of one installation, a folder: `installation.json` (public keys; what is edited), `accounts.conf` (made from
 * it; what nats-server includes) and `keys/<service>.nk` (the services' seeds, for those who run them; only the owner may read them).
 */
export interface NatsAccounts {
  readonly dir: string
  readonly configFile: string
  readonly tenants: ReadonlyArray<Tenant>
}

interface Known {
  readonly services: Readonly<Record<string, string>>
  readonly tenants: ReadonlyArray<Tenant>
}

const isTenantName = Schema.is(TenantName)
const text = new TextDecoder()

/** A new user key of NATS: the public half and the seed (`SU…`). */
export const freshUser = (): { readonly publicKey: string; readonly seed: string } => {
  const pair = nkeys.createUser()
  return { publicKey: pair.getPublicKey(), seed: text.decode(pair.getSeed()) }
}

/** The folder's accounts with a key for every service, made where they are missing. */
export const openAccounts = (dir: string): NatsAccounts => {
  mkdirSync(keysFolder(dir), { recursive: true, mode: 0o700 })
  const known = readKnown(dir) ?? { services: {}, tenants: [] }
  const keys = Object.fromEntries(services.map(({ name }) => [name, known.services[name] ?? freshKey(dir, name)]))
  return save(dir, { ...known, services: keys })
}

/** The accounts that a folder already has. */
export const knownAccounts = (dir: string): NatsAccounts | undefined => {
  const known = readKnown(dir)
  return known === undefined ? undefined : asAccounts(dir, known)
}

/** The seed of a service as `NATS_NKEY` takes it; undefined where the folder has none. */
export const seedOf = (dir: string, name: string): string | undefined => {
  try {
    return readFileSync(seedFile(dir, name), "utf8").trim()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw thrown
  }
}

/** The operator's seed of a folder, as connections take it; none where there is no folder or it has none. */
export const operatorKey = (dir: string | undefined): Redacted.Redacted | undefined => {
  const seed = dir === undefined ? undefined : seedOf(dir, "operator")
  return seed === undefined ? undefined : Redacted.make(seed)
}

/** Gives a tenant an account. Nothing is reloaded. Fails with a sentence where name or key are no good or the tenant has one. */
export const addTenant = (dir: string, name: string, publicKey: string): NatsAccounts => {
  const known = mustKnow(dir)
  if (!isTenantName(name))
    throw new EmbeddedError(
      `${JSON.stringify(name)} is no name of a tenant: it starts with a small letter and has small letters, digits and "-", 40 in all at most`
    )
  if (!isUserKey(publicKey)) throw new EmbeddedError(`${publicKey} is no public key of a NATS user (U…)`)
  if (known.tenants.some((one) => one.name === name)) throw new EmbeddedError(`tenant ${name} has an account already`)
  const owner = ownerOf(known, publicKey)
  if (owner !== undefined) throw new EmbeddedError(`that key is ${owner}'s already: every user needs one of its own`)
  return save(dir, { ...known, tenants: [...known.tenants, { name, publicKey }] })
}

/** Takes a tenant's account away. Its durables stay until its subscribers are removed. */
export const removeTenant = (dir: string, name: string): NatsAccounts => {
  const known = mustKnow(dir)
  if (!known.tenants.some((one) => one.name === name)) throw new EmbeddedError(`tenant ${name} has no account`)
  return save(dir, { ...known, tenants: known.tenants.filter((one) => one.name !== name) })
}

/** Gives accounts to these tenants and to no others. */
export const setTenants = (dir: string, tenants: ReadonlyArray<Tenant>): NatsAccounts =>
  save(dir, { ...mustKnow(dir), tenants })

const isUserKey = (key: string): boolean => {
  try {
    nkeys.fromPublic(key)
    return key.startsWith("U")
  } catch {
    return false
  }
}

const ownerOf = ({ services, tenants }: Known, key: string): string | undefined =>
  Object.entries(services).find(([, one]) => one === key)?.[0] ?? tenants.find((one) => one.publicKey === key)?.name

/** A new user whose seed is kept with the services', for development: the public key. */
export const keptUser = (dir: string, tenant: string): string => freshKey(dir, tenantKey(tenant))

/** The name under which a tenant's seed is kept: none of a service's. */
export const tenantKey = (tenant: string): string => `tenant-${tenant}`

/** Where the seeds are: a file `<service>.nk` each. */
export const keysFolder = (dir: string): string => join(dir, "keys")

const seedFile = (dir: string, name: string): string => join(keysFolder(dir), `${name}.nk`)

const freshKey = (dir: string, name: string): string => {
  const { publicKey, seed } = freshUser()
  writeFileSync(seedFile(dir, name), `${seed}\n`, { mode: 0o600 })
  return publicKey
}

const readKnown = (dir: string): Known | undefined => {
  const file = join(dir, "installation.json")
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Known
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new EmbeddedError(`${file} cannot be read (${String(thrown)}): mend it, or choose another folder`)
  }
}

const mustKnow = (dir: string): Known => {
  const known = readKnown(dir)
  if (known === undefined) throw new EmbeddedError(`${dir} has no accounts of NATS: make them with sluice nats init`)
  return known
}

const asAccounts = (dir: string, { tenants }: Known): NatsAccounts => ({
  dir,
  configFile: join(dir, "accounts.conf"),
  tenants
})

/** Whoever reads sees the old file or the new one, never half. */
const save = (dir: string, known: Known): NatsAccounts => {
  const accounts = asAccounts(dir, known)
  replace(join(dir, "installation.json"), `${JSON.stringify(known, undefined, 2)}\n`)
  replace(accounts.configFile, renderAccounts(known))
  return accounts
}

const replace = (file: string, content: string): void => {
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}
