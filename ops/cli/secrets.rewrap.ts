import { Postgres } from "@sluice/postgres"
import { makeSealer, type Sealer, type SealingKey, type SealingKeys, SecretUnreadable } from "@sluice/secrets"
import { secretContext } from "@sluice/subscription"
import { Effect, Redacted } from "effect"

interface Secret {
  readonly tenant: string
  readonly subscriptionId: string
  readonly secretId: string
  readonly keyName: string
}

interface Kept extends Secret {
  /** Base64. */
  readonly sealed: string
}

interface Unreadable extends Secret {
  readonly why: SecretUnreadable["reason"]
}

export interface Rewrapped {
  /** The name of the key that seals from now on. */
  readonly key: string
  /** Secrets that were sealed anew. */
  readonly rewrapped: number
  /** Left as they are, for no key opens them. */
  readonly unreadable: ReadonlyArray<Unreadable>
}

const PAGE = 500

/**
 * Seals every secret anew that is not under the first key, page by page. Whatever is under it already is left alone, so doing it
 * again, also after having been stopped half-way, does the rest. Secrets made meanwhile by an API with another first key may be
 * missed: repeat it once every instance has the new one.
 */
export const rewrapSecrets = Effect.fnUntraced(function* (keys: SealingKeys) {
  const [{ name: key }] = Redacted.value(keys) as readonly [SealingKey]
  const sealer = makeSealer(keys)
  const unreadable: Array<Unreadable> = []
  let rewrapped = 0
  let page = yield* pageAfter(key, undefined)
  while (page.length > 0) {
    const tried = page.map((kept) => sealAnew(sealer, kept))
    unreadable.push(...tried.filter((one) => "why" in one))
    rewrapped += yield* store(tried.filter((one) => "sealed" in one))
    page = yield* pageAfter(key, page.at(-1))
  }
  return { key, rewrapped, unreadable } satisfies Rewrapped
})

const pageAfter = (key: string, last: Kept | undefined) => {
  const after = last === undefined ? null : [last.tenant, last.subscriptionId, last.secretId]
  return Postgres.use((pg) =>
    pg.query<{ page: ReadonlyArray<Kept> }>(
      (sql) => sql`select sluice.list_secrets_to_rewrap(${key}, ${PAGE}, ${after}::text[]) as page`
    )
  ).pipe(Effect.map(([row]) => row?.page ?? []))
}

const sealAnew = (sealer: Sealer, { sealed, ...one }: Kept): Unreadable | (Kept & { readonly oldKeyName: string }) => {
  const context = secretContext(one.tenant, one.subscriptionId, one.secretId)
  try {
    const plain = sealer.open({ keyName: one.keyName, sealed: Buffer.from(sealed, "base64") }, context)
    const anew = sealer.seal(plain, context)
    const text = Buffer.from(anew.sealed).toString("base64")
    return { ...one, oldKeyName: one.keyName, keyName: anew.keyName, sealed: text }
  } catch (error) {
    if (error instanceof SecretUnreadable) return { ...one, why: error.reason }
    throw error
  }
}

/** How many were stored: one that somebody else has sealed anew meanwhile is not. */
const store = (secrets: ReadonlyArray<Kept & { readonly oldKeyName: string }>) =>
  secrets.length === 0
    ? Effect.succeed(0)
    : Postgres.use((pg) =>
        pg.query<{ count: number }>(
          (sql) => sql`select sluice.rewrap_secrets(${sql.json([...secrets] as never)}) as count`
        )
      ).pipe(Effect.map(([row]) => row?.count ?? 0))
