import { timestamp } from "@sluice/contracts/event/event.decision"
import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import { Effect } from "effect"
import type { FreshNotification } from "../inbox/inbox.reaction.ts"
import { type DigestTime, nextDigest } from "./digest.time.ts"
import { digestId, immediateId } from "./mail.ids.ts"
import { putIntoMails, wishesOf } from "./mails.sql.ts"

/** A notification whose audience wants mails. */
interface Wanted extends DigestTime {
  readonly notification: FreshNotification
  readonly mode: "immediate" | "digest"
  readonly preferenceId: string
  /** Epoch milliseconds: it is due after this. */
  readonly after: number
}

/**
 * Milliseconds after which nothing is mailed any more: what a service finds that starts on an old log, or after an outage of days,
 * is in the inbox, and nobody wants mails of last year.
 */
const TOO_OLD = 86_400_000

/**
 * Puts notifications into mails, for those audiences that want any: at once, or with the owner's next digest. Runs in the
 * transaction that makes the notifications, so that there is a mail exactly when there is a notification. A digest that is
 * being sent at that very moment takes nothing more; then it is the one after.
 */
export const queueMails = (fresh: ReadonlyArray<FreshNotification>) =>
  Effect.gen(function* () {
    if (fresh.length === 0) return
    const owned = fresh.map((notification) => ({ notification, id: preferenceId(notification.audience) }))
    const { now, wishes } = yield* wishesOf(owned.map(({ notification: { tenant }, id }) => ({ tenant, id })))
    const young = owned.filter(({ notification: { createdAt } }) => Date.parse(createdAt) > now - TOO_OLD)
    let wanted: ReadonlyArray<Wanted> = young.flatMap(({ notification, id }) => {
      const wish = wishes.get(`${notification.tenant} ${id}`)
      return wish === undefined ? [] : [{ ...wish, notification, preferenceId: id, after: now }]
    })
    while (wanted.length > 0) {
      const due = wanted.map((one) => (one.mode === "immediate" ? one.after : nextDigest(one, one.after)))
      const late = new Set(yield* putIntoMails(wanted.map((one, index) => placeOf(one, due[index] as number))))
      wanted = wanted
        .map((one, index) => ({ ...one, after: due[index] as number }))
        .filter(({ mode, notification }) => mode === "digest" && late.has(notification.id))
    }
  })

/** Where no mail server is configured there are no mails. */
export const noMails = (_fresh: ReadonlyArray<FreshNotification>): Effect.Effect<void> => Effect.void

const placeOf = ({ notification, mode, preferenceId }: Wanted, due: number) => {
  const { tenant, id, audience } = notification
  const dueAt = timestamp(due)
  const mailId = mode === "immediate" ? immediateId(id, preferenceId) : digestId(tenant, preferenceId, dueAt)
  return { tenant, notificationId: id, mailId, kind: mode, owner: audience, preferenceId, dueAt }
}
