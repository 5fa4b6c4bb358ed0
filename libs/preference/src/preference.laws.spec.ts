import { it } from "@effect/vitest"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { MailMode, PreferenceEvent } from "@sluice/contracts/preference/preference.events"
import { PreferenceView } from "@sluice/contracts/preference/preference.views"
import { facts } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { set, unsubscribe } from "./preference.decide.ts"
import { preferenceReadModel } from "./preference.read-model.ts"
import { ann, digest, given, unsubscribed, wasSet } from "./preference.spec-support.ts"
import { preference } from "./preference.stream.ts"
import { view } from "./preference.view.ts"

/** What somebody tries; few values, so that they often meet. */
const Body = Schema.Struct({
  mode: MailMode,
  email: Schema.optionalKey(Schema.NullOr(Schema.Literals(["ann@example.com", "a@b.c"]))),
  digestAt: Schema.optionalKey(Schema.Literals(["08:00", "23:59"])),
  timeZone: Schema.optionalKey(Schema.Literals(["UTC", "Europe/Vienna"]))
})
const Story = Schema.Array(Schema.Union([Body, Schema.Literal("unsubscribe")]))

const often = { arbitrary: { runs: 300 } }

describe("laws of preferences", () => {
  it.prop(
    "a second time adds nothing, and what was asked for is so",
    { story: Story },
    ({ story }) => {
      let state: typeof preference.initial = preference.initial
      let version = 0
      for (const step of story) {
        const decide = () => (step === "unsubscribe" ? unsubscribe(state) : set(state, { ...step, owner: ann }))
        for (const event of Result.getOrThrow(decide())) {
          version += 1
          const [fact] = facts([{ event }])
          state = preference.evolve(state, { ...(fact as NonNullable<typeof fact>), version })
        }
        expect(Result.getOrThrow(decide())).toEqual([])
        expect(view(ann, state)).toMatchObject({ version, ...(step === "unsubscribe" ? { mode: "off" } : step) })
      }
    },
    often
  )

  it.prop(
    "the fold takes any facts in any order; row and snapshot give back the state",
    { events: Schema.Array(PreferenceEvent) },
    ({ events }) => {
      const stored = <A>(value: A): A => JSON.parse(JSON.stringify(value))
      for (const [index, fact] of facts(events.map((event) => ({ event }))).entries()) {
        const state = facts(events.slice(0, index + 1).map((event) => ({ event }))).reduce(
          preference.evolve,
          preference.initial
        )
        expect(preference.decode(stored(preference.encode(state)))).toEqual(state)
        const row = preferenceReadModel.toRow("id", state)
        if (state.status === "none") expect(row).toBeUndefined()
        else {
          expect(row).toMatchObject({ version: fact.version, view: { createdAt: state.createdAt } })
          expect(preferenceReadModel.ofRow(stored(row as { view: JsonObject; fold: JsonObject }))).toEqual(state)
          expect(Schema.is(PreferenceView)(view(state.owner, state))).toBe(true)
        }
      }
    },
    often
  )
})

describe("a view", () => {
  it("of what was never set has the defaults", () =>
    expect(view(ann, preference.initial)).toEqual({
      owner: ann,
      email: null,
      mode: "off",
      digestAt: "08:00",
      timeZone: "UTC",
      version: 0,
      updatedAt: null
    }))

  it("keeps address and time after an unsubscription", () =>
    expect(view(ann, given(wasSet(), unsubscribed).state)).toMatchObject({ ...digest, mode: "off", version: 2 }))
})
