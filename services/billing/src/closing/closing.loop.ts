/**
 * The loop that closes months: some time after a month's end or its first entry, so that late usage is still on its statement, the oldest
 * open one first.
 *
 *   looking ──the database is away──▶ waiting ──▶ looking
 *
 * Authority. Whether a month is over and still open is the account's to decide, by the database's clock: the command does nothing where
 * the month is closed already. So every instance may run this loop, and none needs a lease. What closing means is done by the consumer,
 * when it comes to the event.
 *
 * Failures, and what they cost:
 * - crash anywhere: the month is closed at the next look, by whoever looks;
 * - two instances at once: one event, since both commands have one id and the account is at one version;
 * - the consumer is behind or away: the event waits for it in the log, and the statement with it;
 * - database away: said once, tried again at the next look, said once when it is over.
 */
import { type AccountState, account, closeMonth } from "@sluice/billing"
import { SystemActor } from "@sluice/contracts/actor/actor"
import { accountId } from "@sluice/contracts/billing/billing.ids"
import { appendWithin, type CommandWithin, commandWithin } from "@sluice/event-store/append-within"
import { EventStore } from "@sluice/event-store/store.port"
import { Postgres } from "@sluice/postgres"
import { describe } from "@sluice/projection/consumer.errors"
import { Cause, Effect, Result } from "effect"
import { v5 } from "uuid"
import { unpriced } from "../billing.metrics.ts"

export interface ClosingSettings {
  /** Milliseconds after a month's end. */
  readonly closeAfter: number
  /** Milliseconds between two looks. Default a minute. */
  readonly lookEvery?: number
}

/** UUIDv5 namespace of the commands that close a month. */
const NAMESPACE = "b0f7a1de-33a5-5b8e-9a3f-0c7f4d2f6e90"
const actor = SystemActor("billing")
/** Accounts of one transaction. */
const AT_ONCE = 100

/** Never ends. */
export const makeClosing = ({ closeAfter, lookEvery = 60_000 }: ClosingSettings) => {
  let away = false
  const look = Effect.gen(function* () {
    let closed: number
    do {
      closed = yield* closeDue(closeAfter)
    } while (closed === AT_ONCE)
    const [facts] = yield* Postgres.use((pg) =>
      pg.query<{ count: number }>(
        (sql) => sql<{ count: number }[]>`select count(*)::integer as count from sluice.billing_unpriced`
      )
    )
    unpriced.set(facts?.count ?? 0)
    if (away) yield* Effect.logInfo("Months are closed again")
    away = false
  })
  return look.pipe(
    Effect.catchCause((cause) => {
      if (Cause.hasInterrupts(cause)) return Effect.interrupt
      const first = !away
      away = true
      const reason = describe(Cause.squash(cause))
      return first ? Effect.logWarning("Months cannot be closed for now", { reason }) : Effect.void
    }),
    Effect.andThen(Effect.sleep(lookEvery)),
    Effect.forever
  )
}

/**
 * Closes, of every account, the oldest open month in which something was posted, where that is due: so long after its end, or after the first
 * entry in it where that came later (somebody brings in old usage). It is left to people while something in it, or in an open month before it,
 * has no price: none could arrive any more.
 * Answers of how many accounts.
 */
export const closeDue = (closeAfter: number) =>
  Postgres.use((pg) =>
    pg.transaction(
      Effect.gen(function* () {
        const due = yield* pg.query<{ tenant: string; month: string }>(
          (sql) => sql<{ tenant: string; month: string }[]>`
            select open.tenant, open.month
            from (
              select distinct on (sums.tenant) sums.tenant, sums.month, coalesce(account.closed_through, '') as closed_through
              from sluice.billing_months sums
              left join sluice.billing_accounts account on account.tenant = sums.tenant
              where sums.month > coalesce(account.closed_through, '')
              order by sums.tenant, sums.month
            ) open,
              lateral (
                select event.recorded_at from sluice.billing_ledger entry join sluice.events event on event.position = entry.position
                where entry.tenant = open.tenant and entry.month = open.month order by entry.position limit 1
              ) first
            where greatest(((open.month || '-01')::timestamp + interval '1 month') at time zone 'UTC', first.recorded_at)
                + ${closeAfter} * interval '1 millisecond' <= clock_timestamp()
              and not exists (
                select from sluice.billing_unpriced unpriced
                where unpriced.tenant = open.tenant and unpriced.month > open.closed_through and unpriced.month <= open.month
              )
            order by 1 limit ${AT_ONCE}`
        )
        if (due.length === 0) return 0
        const store = yield* EventStore
        const answers = yield* appendWithin(due.map(commandOf), yield* store.now)
        for (const answer of answers) if (answer._tag === "defect") return yield* Effect.die(answer.defect)
        return due.length
      })
    )
  )

const commandOf = ({ tenant, month }: { readonly tenant: string; readonly month: string }): CommandWithin => {
  const id = accountId(tenant)
  const commandId = v5(`${tenant}/${month}`, NAMESPACE)
  return commandWithin<readonly [AccountState], unknown>(commandId, {
    ...{ tenant, actor, correlationId: commandId, keys: [] },
    streams: [{ category: account, id }],
    decide: ([stream], { now }) =>
      Result.map(closeMonth(stream.state, { month }, { id, actor, now }), (events) =>
        events.map((event) => ({ stream: 0, event }))
      )
  })
}
