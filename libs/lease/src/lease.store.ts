import { type DbError, Postgres } from "@sluice/postgres"
import { Effect } from "effect"

/** Takes the lease if nobody holds it and answers its epoch. `ttl` in milliseconds. */
export const acquire = (name: string, owner: string, ttl: number) =>
  Postgres.use((pg) =>
    pg.query<{ epoch: number | null }>(
      (sql) => sql`select sluice.acquire_lease(${name}, ${owner}, ${ttl / 1000}) as epoch`
    )
  ).pipe(Effect.map((rows) => rows[0]?.epoch ?? undefined))

/** False once the lease has expired or passed on. `ttl` in milliseconds. */
export const renew = (name: string, epoch: number, ttl: number) =>
  Postgres.use((pg) =>
    pg.query<{ renewed: boolean }>((sql) => sql`select sluice.renew_lease(${name}, ${epoch}, ${ttl / 1000}) as renewed`)
  ).pipe(Effect.map((rows) => rows[0]?.renewed === true))

/** Gives the lease up so that a standby takes over at once. */
export const release = (name: string, epoch: number) =>
  Postgres.use((pg) => pg.query((sql) => sql`select sluice.release_lease(${name}, ${epoch})`)).pipe(Effect.asVoid)

/**
 * Inside a transaction: fails unless `epoch` still holds the lease, and keeps it so until the transaction ends.
 * A fenced transaction fails with `DbError` of code `SL001` (see `isFenced`).
 */
export const assertLease = (name: string, epoch: number) =>
  Postgres.use((pg) => pg.query((sql) => sql`select sluice.assert_lease(${name}, ${epoch})`)).pipe(Effect.asVoid)

/** Whether a statement was refused because the lease had passed on. */
export const isFenced = (error: DbError): boolean => error.code === "SL001"
