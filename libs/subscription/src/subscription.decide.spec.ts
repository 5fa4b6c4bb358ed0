import { RedeliverDead } from "@sluice/contracts/subscription/subscription.commands"
import type { SubscriptionEvent } from "@sluice/contracts/subscription/subscription.events"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { Schema } from "effect"
import { describe, it } from "vitest"
import {
  create,
  disable,
  redeliver,
  redeliverDead,
  remove,
  requestTest,
  rotateSecret,
  type SubscriptionDecision,
  update
} from "./subscription.decide.ts"
import { at, given, settings, stories } from "./subscription.spec-support.ts"
import type { SubscriptionState } from "./subscription.state.ts"

const { strictOrder: _, ...needed } = settings
const live = ["active", "paused", "disabled"] as const
const idle = ["paused", "disabled"] as const
const since = Schema.decodeSync(RedeliverDead)({ since: "2026-01-01T11:00:00+01:00" })

const pausedNow: SubscriptionEvent = { type: "subscription.paused", data: {} }
const activatedNow: SubscriptionEvent = { type: "subscription.activated", data: {} }
const updatedNow = (data: (SubscriptionEvent & { type: "subscription.updated" })["data"]): SubscriptionEvent => ({
  type: "subscription.updated",
  data
})

describe("create", () => {
  it("delivers at once, in no particular order, unless told otherwise", () =>
    given()
      .when((state) => create(state, needed, at(0)))
      .thenYields({ type: "subscription.created", data: { ...settings, secretId: "secret-9" } }))

  it("may be paused and keep strict order", () =>
    given()
      .when((state) => create(state, { ...needed, strictOrder: true, active: false }, at(0)))
      .thenYields(
        { type: "subscription.created", data: { ...settings, strictOrder: true, secretId: "secret-9" } },
        pausedNow
      ))

  it("is done once under an id", () =>
    given(...stories.active)
      .when((state) => create(state, needed, at(1)))
      .thenNothing())
})

describe("update", () => {
  it("records what changes, and only that", () =>
    given(...stories.active)
      .when((state) => update(state, { name: "other", endpoint: settings.endpoint, strictOrder: true }, at(1)))
      .thenYields(updatedNow({ name: "other", strictOrder: true })))

  it("replaces the types", () =>
    given(...stories.active)
      .when((state) => update(state, { types: ["run.*"] }, at(1)))
      .thenYields(updatedNow({ types: ["run.*"] })))

  it.each(live)("does nothing for what is so already: %s", (status) =>
    given(...stories[status])
      .when((state) => update(state, { ...settings, active: status === "active" }, at(1)))
      .thenNothing()
  )

  it("pauses an active one", () =>
    given(...stories.active)
      .when((state) => update(state, { active: false }, at(1)))
      .thenYields(pausedNow))

  it.each(idle)("takes a %s one up again", (status) =>
    given(...stories[status])
      .when((state) => update(state, { active: true }, at(1)))
      .thenYields(activatedNow)
  )

  it("gives both events for settings and status at once, the settings first", () => {
    given(...stories.active)
      .when((state) => update(state, { name: "other", active: false }, at(1)))
      .thenYields(updatedNow({ name: "other" }), pausedNow)
    given(...stories.disabled)
      .when((state) => update(state, { endpoint: "https://example.org", active: true }, at(1)))
      .thenYields(updatedNow({ endpoint: "https://example.org" }), activatedNow)
  })
})

describe("rotateSecret", () => {
  it.each(live)("names the new one, and lets the old one sign for a day: %s", (status) =>
    given(...stories[status])
      .when((state) => rotateSecret(state, {}, at(5)))
      .thenYields({
        type: "subscription.secret-rotated",
        data: { secretId: "secret-9", previousUntil: minuteIso(5 + 24 * 60) }
      })
  )

  it("lets it sign for as long as is told, or no longer", () => {
    for (const [overlapSeconds, until] of [
      [90, 6.5],
      [0, 5]
    ] as const)
      given(...stories.active)
        .when((state) => rotateSecret(state, { overlapSeconds }, at(5)))
        .thenYields({
          type: "subscription.secret-rotated",
          data: { secretId: "secret-9", previousUntil: minuteIso(until) }
        })
  })
})

const attempts: ReadonlyArray<
  readonly [string, (state: SubscriptionState) => SubscriptionDecision, SubscriptionEvent]
> = [
  ["requestTest", (state) => requestTest(state, at(5)), { type: "subscription.test-requested", data: {} }],
  [
    "redeliver",
    (state) => redeliver(state, { deliveryId: "d-1" }, at(5)),
    { type: "subscription.redelivery-requested", data: { deliveryId: "d-1" } }
  ],
  [
    "redeliverDead",
    (state) => redeliverDead(state, since, at(5)),
    { type: "subscription.dead-redelivery-requested", data: { since: "2026-01-01T10:00:00.000Z" } }
  ]
]

describe.each(attempts)("%s", (_, decide, event) => {
  it("is asked of an active one", () =>
    given(...stories.active)
      .when(decide)
      .thenYields(event))

  it.each(idle)("is refused of a %s one, naming the status", (status) =>
    given(...stories[status])
      .when(decide)
      .thenRefused("SubscriptionInactive", { subscriptionId: "s-1", status })
  )
})

describe("disable", () => {
  const gone = { reason: "gone", failingSince: minuteIso(-9) } as const
  it("gives an active one up", () =>
    given(...stories.active)
      .when((state) => disable(state, gone, at(5)))
      .thenYields({ type: "subscription.disabled", data: gone }))

  it.each(["paused", "disabled", "deleted"] as const)("leaves a %s one alone", (status) =>
    given(...stories[status])
      .when((state) => disable(state, gone, at(5)))
      .thenNothing()
  )

  it("leaves alone what there is not", () =>
    given()
      .when((state) => disable(state, gone, at(5)))
      .thenNothing())
})

describe("what is deleted, or never was", () => {
  const commands: ReadonlyArray<readonly [string, (state: SubscriptionState) => SubscriptionDecision]> = [
    ["update", (state) => update(state, { active: true }, at(5))],
    ["remove", (state) => remove(state, at(5))],
    ["rotateSecret", (state) => rotateSecret(state, {}, at(5))],
    ...attempts.map(([name, decide]) => [name, decide] as const)
  ]
  it.each(commands)("is not found by %s", (_, decide) => {
    for (const story of [[], stories.deleted])
      given(...story)
        .when(decide)
        .thenRefused("SubscriptionNotFound", { subscriptionId: "s-1" })
  })

  it.each(live)("a %s one can be deleted", (status) =>
    given(...stories[status])
      .when((state) => remove(state, at(5)))
      .thenYields({ type: "subscription.deleted", data: {} })
  )
})
