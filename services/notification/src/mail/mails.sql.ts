import type { Audience } from "@sluice/contracts/notification/notification.views"
import type { MailMode } from "@sluice/contracts/preference/preference.events"
import type { PreferenceView } from "@sluice/contracts/preference/preference.views"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"
import type { DigestTime } from "./digest.time.ts"

type Argument = Parameters<Sql["json"]>[0]

interface Wish extends DigestTime {
  readonly mode: "immediate" | "digest"
}
interface WishRow extends DigestTime {
  readonly key: string
  readonly mode: Exclude<MailMode, "off">
  readonly now: number
}

/** Which of these owners want mails, by `<tenant> <preference id>`, and the database's time (epoch milliseconds). */
export const wishesOf = (owners: ReadonlyArray<{ readonly tenant: string; readonly id: string }>) => {
  const keys = [...new Map(owners.map(({ tenant, id }) => [`${tenant} ${id}`, [tenant, id]])).values()]
  return Postgres.use((pg) =>
    pg.query<WishRow>(
      (sql) => sql<WishRow[]>`
        select found.*, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now
        from jsonb_array_elements(${sql.json(keys as Argument)}) key, lateral (
          select tenant || ' ' || id as key, view ->> 'mode' as mode, view ->> 'digestAt' as "digestAt", view ->> 'timeZone' as "timeZone"
          from sluice.preferences where tenant = key.value ->> 0 and id = key.value ->> 1 limit 1
        ) found
        where found.mode <> 'off'`
    )
  ).pipe(
    Effect.map((rows) => ({
      now: rows[0]?.now ?? 0,
      wishes: new Map<string, Wish>(
        rows.map(({ key, mode, digestAt, timeZone }) => [key, { mode, digestAt, timeZone }])
      )
    }))
  )
}

export interface Place {
  readonly tenant: string
  readonly notificationId: string
  readonly mailId: string
  readonly kind: "immediate" | "digest"
  readonly owner: Audience
  readonly preferenceId: string
  readonly dueAt: string
}

/** Answers the ids of those notifications whose mail takes no more. */
export const putIntoMails = (places: ReadonlyArray<Place>) => {
  const wanted = places.map(({ tenant, notificationId, mailId, kind, owner, preferenceId, dueAt }) => [
    tenant,
    notificationId,
    mailId,
    kind,
    owner.kind,
    owner.id,
    preferenceId,
    dueAt
  ])
  return Postgres.use((pg) =>
    pg.query<{ closed: string[] }>(
      (sql) => sql<{ closed: string[] }[]>`select sluice.mails_queue(${sql.json(wanted as Argument)}) as closed`
    )
  ).pipe(Effect.map(([row]): ReadonlyArray<string> => row?.closed ?? []))
}

/** A notification as a mail tells it. */
export interface MailItem {
  readonly title: string
  readonly body: string | null
  readonly path: string | null
  readonly needsAction: boolean
  readonly createdAt: string
}

/** A mail that this instance is to send, once. */
export interface ClaimedMail {
  readonly tenant: string
  readonly id: string
  readonly kind: "immediate" | "digest"
  readonly owner: Audience
  /** Counts from 1. */
  readonly attempt: number
  /** How the owner wants to be told now; null where that is not known any more. */
  readonly preference: Pick<PreferenceView, "email" | "mode" | "timeZone"> | null
  /** How many notifications of it are still so. */
  readonly total: number
  /** The oldest of them. */
  readonly items: ReadonlyArray<MailItem>
}

export interface Claim {
  readonly instance: string
  readonly leaseMillis: number
  readonly limit: number
  /** In all; then it is dead. */
  readonly attempts: number
  readonly items: number
}

export const claimMails = ({ instance, leaseMillis, limit, attempts, items }: Claim) =>
  Postgres.use((pg) =>
    pg.query<{ mails: ReadonlyArray<ClaimedMail> }>(
      (sql) => sql<{ mails: ReadonlyArray<ClaimedMail> }[]>`
        select sluice.mails_claim(${instance}, ${leaseMillis}::integer, ${limit}::integer, ${attempts}::integer,
          ${items}::integer) as mails`
    )
  ).pipe(Effect.map(([row]): ReadonlyArray<ClaimedMail> => row?.mails ?? []))

/** What became of an attempt. `retryMillis` with `pending`: so long until the next one. */
export interface Settlement {
  readonly status: "sent" | "dead" | "dropped" | "pending"
  readonly error: string | null
  readonly retryMillis: number | null
}

/** Whether the mail was still ours. */
export const settleMail = (
  instance: string,
  { tenant, id, attempt }: ClaimedMail,
  { status, error, retryMillis }: Settlement
) =>
  Postgres.use((pg) =>
    pg.query<{ settled: boolean }>(
      (sql) => sql<{ settled: boolean }[]>`
        select sluice.mails_settle(${instance}, ${tenant}, ${id}::uuid, ${attempt}::integer, ${status}, ${error}::text,
          ${retryMillis}::bigint) as settled`
    )
  ).pipe(Effect.map(([row]): boolean => row?.settled === true))

export interface MailsFacts {
  readonly oldestMs: number
  readonly dead: number
}
export const mailsFacts = Postgres.use((pg) =>
  pg.query<{ facts: MailsFacts }>((sql) => sql<{ facts: MailsFacts }[]>`select sluice.mails_facts() as facts`)
).pipe(Effect.map(([row]) => (row as { facts: MailsFacts }).facts))
