import type { SubscriptionEvent } from "@sluice/contracts/subscription/subscription.events"
import {
  type Happened,
  minute,
  minuteIso,
  person,
  storyteller
} from "@sluice/contracts/testing/testing.given-when-then"
import type { SecretContext } from "./subscription.decide.ts"
import { subscription } from "./subscription.stream.ts"

/** The words of this noun's specs. */

type Story = ReadonlyArray<Happened<SubscriptionEvent>>

export const given = storyteller<typeof subscription.initial, SubscriptionEvent>(subscription)

export const owner = person("ada", "pm")
export const settings = {
  name: "hook",
  endpoint: "https://example.com/hook",
  types: ["approval.*", "run.completed"],
  strictOrder: false
}

export const created: Happened<SubscriptionEvent> = {
  event: { type: "subscription.created", data: { ...settings, secretId: "secret-1" } },
  by: owner
}
const happened = (event: SubscriptionEvent): Happened<SubscriptionEvent> => ({ event })
export const paused = happened({ type: "subscription.paused", data: {} })
export const activated = happened({ type: "subscription.activated", data: {} })
export const disabled = happened({
  type: "subscription.disabled",
  data: { reason: "failing", failingSince: minuteIso(-7200) }
})
export const deleted = happened({ type: "subscription.deleted", data: {} })
export const rotated = (secretId: string, untilMinute: number) =>
  happened({ type: "subscription.secret-rotated", data: { secretId, previousUntil: minuteIso(untilMinute) } })

/** Stories that lead to each status. */
export const stories: Readonly<Record<"active" | "paused" | "disabled" | "deleted", Story>> = {
  active: [created],
  paused: [created, paused],
  disabled: [created, disabled],
  deleted: [created, deleted]
}

export const at = (minutes: number): SecretContext => ({
  id: "s-1",
  actor: owner,
  now: minute(minutes),
  secretId: "secret-9"
})
