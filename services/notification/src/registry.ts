import { inNewestShape } from "@sluice/contracts/event/event.registry"
import { preferenceReadModel } from "@sluice/preference/preference.read-model"
import type { Consumer, Reaction } from "@sluice/projection"
import { foldingReaction } from "@sluice/projection/read-model.rows"
import { subscriptionReadModel } from "@sluice/subscription/subscription.read-model"
import { Effect } from "effect"
import { inbox } from "./inbox/inbox.reaction.ts"
import { noMails, queueMails } from "./mail/mails.queue.ts"
import { deliveries } from "./webhooks/deliveries.reaction.ts"

export interface NotificationSettings {
  /** Told that there is something to deliver as soon as the transaction commits. */
  readonly onDue: () => void
  /** Whether mails are sent at all. */
  readonly mails: boolean
}

/** Every reaction, one line each; all that an event leads to is written in one transaction. */
const reactions = ({ onDue, mails }: NotificationSettings): ReadonlyArray<Reaction> => [
  foldingReaction(subscriptionReadModel), // sluice.subscriptions
  deliveries(onDue), // sluice.deliveries, subscription_spans, webhook_endpoints
  inOrder(
    foldingReaction(preferenceReadModel), // sluice.preferences
    inbox(mails ? queueMails : noMails) // sluice.notifications, notification_marks, notification_memory, mails
  )
]

/** Reactions run side by side, but for these: mails go by the preferences that came with them in one batch. */
const inOrder = (...some: ReadonlyArray<Reaction>): Reaction => ({
  name: some.map(({ name }) => name).join(", then "),
  apply: (events) => Effect.forEach(some, ({ apply }) => apply(events), { discard: true })
})

/** It hears of all categories: who wants which events is the subscribers' to say. */
export const notification = (settings: NotificationSettings): Consumer => ({
  name: "notification",
  categories: "all",
  reactions: reactions(settings),
  decode: inNewestShape
})
