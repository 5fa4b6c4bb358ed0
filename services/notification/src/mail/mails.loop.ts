/**
 * The loop that sends mails. It runs in every instance, without a lease of its own; instances share the mails.
 *
 *   sending ──the mail server is away──▶ waiting ──it lets us in again──▶ sending
 *      └──────the database is away─────▶ waiting ──it is back───────────┘
 *
 * Authority. A row of `sluice.mails` says whether a mail is still to be sent, and the database's clock when. A claim takes rows
 * that nobody has locked (`for update skip locked`), counts the attempt as begun and gives this instance the row for
 * `LEASE`; what became of it is written down only by the holder of that very attempt. To whom it goes and what stands in
 * it is decided when it is sent: by the owner's preferences as they are then, and by what is not yet settled nor read. What
 * nobody wants any more is dropped, and says so.
 *
 * At least once. A mail server cannot be asked whether it has a message, so an attempt that ends between its answer and our
 * note of it is made again: crash, SIGKILL, a connection that breaks after the last byte, the database away for longer
 * than the lease. `Message-ID` is the same at every attempt of a mail, so that whoever gets it twice can know it.
 *
 * Failures, and what they cost:
 * - crash anywhere: the lease runs out, another instance sends it, perhaps once more; where it was the last attempt it is dead;
 * - paused longer than the lease: the same, and our note is refused when we wake up;
 * - the server refuses the message or its recipient for good (5xx): dead, and shown; for now (4xx): tried again later (`retry.schedule`);
 * - the server is away, breaks off, or refuses our login or sender: said once. The mails under way are tried again later, no
 *   other one is touched; it is asked with a growing pause (a minute at most) until it lets us in;
 * - database away: said once, tried again with a growing pause, said once when it is over;
 * - a mail that cannot be composed: counts as an attempt that failed, the others go on.
 *
 * SIGTERM: no more claims; mails under way are sent and noted (20 s at most for each), then connections close.
 */

import type { Postgres } from "@sluice/postgres"
import { signUnsubscription, UNSUBSCRIBE } from "@sluice/preference"
import { describe } from "@sluice/projection/consumer.errors"
import { deriveKey, type SealingKeys } from "@sluice/secrets"
import { Cause, Effect, Schedule } from "effect"
import { makeOutage, makePause } from "../outage.ts"
import { RETRY_SECONDS } from "../retry.schedule.ts"
import { compose, MOST_ITEMS } from "./mail.compose.ts"
import type { MailSettings } from "./mail.config.ts"
import { dropped, recipientOf, settlementOf } from "./mail.outcome.ts"
import { deadMails, mailsTotal, oldestPending } from "./mails.metrics.ts"
import { type ClaimedMail, claimMails, mailsFacts, settleMail } from "./mails.sql.ts"
import { type MailServer, mailServer, PATIENCE, type Patience, type Posted } from "./mails.transport.ts"

export interface MailsStatus {
  readonly state: "sending" | "waiting"
  /** Why it waits. */
  readonly reason?: string
}
export interface MailsOptions extends MailSettings {
  /** Holds mails under this name: no two running instances have the same. */
  readonly instance: string
  /** `SECRETS_KEY`: links for unsubscribing are signed with a key made of it. */
  readonly secretsKey: SealingKeys
  /** Seconds between attempts. Default `RETRY_SECONDS`. */
  readonly retryAfter?: ReadonlyArray<number>
  /** Mails under way at a time. Default 4. */
  readonly concurrency?: number
  /** Milliseconds; longer than a message may take. Default one minute. */
  readonly lease?: number
  /** Milliseconds between two looks while nothing is due. Default 1000. */
  readonly lookEvery?: number
  readonly patience?: Patience
}
export interface RunningMails {
  /** Never ends; interrupt it to stop. */
  readonly run: Effect.Effect<never, never, Postgres>
  readonly status: () => MailsStatus
}

const CONCURRENCY = 4
const LEASE = 60_000
const LOOK_EVERY = 1_000
const FACTS_EVERY = "10 seconds"
/** Milliseconds: the first pause after a failure, doubled up to the longest. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 60_000
/** When the database is away just then, it is tried so often to note what became of a mail. */
const NOTE_EVERY = "250 millis"
const NOTE_TIMES = 40

export const makeMails = (options: MailsOptions): RunningMails => {
  const { instance, retryAfter = RETRY_SECONDS, concurrency = CONCURRENCY, lease = LEASE } = options
  const key = deriveKey(options.secretsKey, UNSUBSCRIBE)
  const outage = makeOutage<"server" | "database">({
    began: "Mails cannot be sent for now",
    ended: "Mails can be sent again"
  })
  const pause = makePause(FIRST_PAUSE, LONGEST_PAUSE)

  const post = (server: MailServer, mail: ClaimedMail, to: string): Effect.Effect<Posted> =>
    Effect.gen(function* () {
      const { tenant, owner } = mail
      const token = yield* Effect.promise(() => signUnsubscription({ tenant, owner }, key))
      return yield* server.post(compose(mail, to, options, token))
    }).pipe(Effect.catchDefect((defect) => Effect.succeed<Posted>({ outcome: "deferred", error: describe(defect) })))

  /** Sends one mail and notes what became of it. Answers why the server is away, if it is. */
  const deliver = (server: MailServer, mail: ClaimedMail) =>
    Effect.gen(function* () {
      const to = recipientOf(mail)
      const posted = to === undefined ? undefined : yield* post(server, mail, to)
      const settlement = posted === undefined ? dropped(mail) : settlementOf(mail, posted, retryAfter, Math.random())
      const noted = yield* settleMail(instance, mail, settlement).pipe(
        Effect.retry({
          schedule: Schedule.spaced(NOTE_EVERY),
          times: NOTE_TIMES,
          while: (error) => error.unavailable || error.contention
        }),
        Effect.tapError(() =>
          settlement.status === "sent"
            ? Effect.logWarning("A mail was sent and this could not be noted: it will be sent again", idsOf(mail))
            : Effect.void
        )
      )
      mailsTotal.inc({ outcome: noted ? OUTCOMES[settlement.status] : "lost" })
      if (noted && settlement.status === "dead") yield* Effect.logError("A mail was given up", idsOf(mail))
      return posted?.outcome === "away" ? (posted.error ?? "") : undefined
    })

  /** Mails that are due, a few at a time: what has been claimed is sent and noted, whoever interrupts. */
  const wave = (server: MailServer) =>
    Effect.gen(function* () {
      const mails = yield* claimMails({
        instance,
        leaseMillis: lease,
        limit: concurrency,
        attempts: retryAfter.length + 1,
        items: MOST_ITEMS
      })
      const reasons = yield* Effect.forEach(mails, (mail) => deliver(server, mail), { concurrency: "unbounded" })
      return { count: mails.length, away: reasons.find((reason) => reason !== undefined) }
    }).pipe(Effect.uninterruptible)

  const turn = (server: MailServer) =>
    Effect.gen(function* () {
      if (outage.isGoingOn("server")) {
        const reason = yield* server.probe
        if (reason !== null) {
          yield* outage.began("server", reason)
          return yield* pause.sleep
        }
        yield* outage.ended("server")
      }
      const sent = yield* wave(server)
      yield* outage.ended("database")
      if (sent.away !== undefined) {
        yield* outage.began("server", sent.away)
        return yield* pause.sleep
      }
      pause.reset()
      if (sent.count === 0) yield* Effect.sleep(options.lookEvery ?? LOOK_EVERY)
    })

  const turns = (server: MailServer) =>
    turn(server).pipe(
      Effect.catchCause((cause) =>
        Cause.hasInterrupts(cause)
          ? Effect.interrupt
          : Effect.andThen(outage.began("database", describe(Cause.squash(cause))), pause.sleep)
      ),
      Effect.forever
    )

  const connected = Effect.acquireRelease(
    Effect.sync(() => mailServer(options.smtpUrl, concurrency, options.patience ?? PATIENCE)),
    ({ close }) => close
  )
  return {
    run: Effect.scoped(Effect.flatMap(connected, (server) => Effect.raceFirst(turns(server), followFacts))),
    status: () => {
      const reason = outage.reason()
      return reason === undefined ? { state: "sending" } : { state: "waiting", reason }
    }
  }
}

const OUTCOMES = { sent: "sent", dead: "dead", dropped: "dropped", pending: "retried" } as const

const idsOf = ({ tenant, id, attempt }: ClaimedMail) => ({ tenant, mail: id, attempt })

const followFacts = mailsFacts.pipe(
  Effect.flatMap(({ oldestMs, dead }) =>
    Effect.sync(() => {
      oldestPending.set(oldestMs / 1000)
      deadMails.set(dead)
    })
  ),
  Effect.catchCause((cause) => (Cause.hasInterrupts(cause) ? Effect.interrupt : Effect.void)),
  Effect.andThen(Effect.sleep(FACTS_EVERY)),
  Effect.forever
)
