import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { subscriptionReadModel } from "./subscription.read-model.ts"
import {
  activated,
  created,
  deleted,
  disabled,
  given,
  owner,
  paused,
  rotated,
  settings
} from "./subscription.spec-support.ts"
import { view } from "./subscription.view.ts"

const shown = (...story: ReadonlyArray<typeof created>) => view("s-1", given(...story).state)

describe("a subscription as it is read", () => {
  it("after it was created", () =>
    expect(shown(created)).toEqual({
      id: "s-1",
      ...settings,
      active: true,
      status: "active",
      disabled: null,
      previousSecretUntil: null,
      owner,
      version: 1,
      createdAt: minuteIso(0),
      updatedAt: minuteIso(0)
    }))

  it("says why and since when it was given up, until it is taken up again", () => {
    expect(shown(created, disabled)).toMatchObject({
      active: false,
      status: "disabled",
      disabled: { reason: "failing", failingSince: minuteIso(-7200), at: minuteIso(1) },
      updatedAt: minuteIso(1)
    })
    expect(shown(created, disabled, activated)).toMatchObject({ active: true, status: "active", disabled: null })
    expect(shown(created, disabled, deleted)).toMatchObject({ status: "deleted", disabled: null })
  })

  it("says until when the secret before signs", () =>
    expect(shown(created, rotated("secret-2", 60), rotated("secret-3", 90)).previousSecretUntil).toBe(minuteIso(90)))

  it("is a defect to ask for where there is none", () => expect(() => shown()).toThrow("does not exist"))
})

describe("the fold", () => {
  it("knows the secret that signs and the one before it", () =>
    expect(given(created, rotated("secret-2", 60), rotated("secret-3", 90)).state).toMatchObject({
      secretId: "secret-3",
      previousSecret: { secretId: "secret-2", until: minuteIso(90) }
    }))

  it("does not give up what is paused, and pauses nothing that was given up", () => {
    expect(given(created, paused, disabled).state).toMatchObject({ status: "paused", version: 3 })
    expect(given(created, disabled, paused).state).toMatchObject({ status: "disabled", version: 3 })
  })

  it("changes nothing of a deleted one", () => {
    const before = given(created, deleted).state
    expect(given(created, deleted, activated, rotated("secret-2", 60), created).state).toEqual({
      ...before,
      version: 5,
      updatedAt: minuteIso(4)
    })
  })
})

describe("the row", () => {
  it("is there once it was created, and holds no secret but its name, beside what is read", () => {
    expect(subscriptionReadModel.toRow("s-1", given().state)).toBeUndefined()
    expect(subscriptionReadModel.toRow("s-1", given(created, rotated("secret-2", 60)).state)?.fold).toEqual({
      secretId: "secret-2",
      previousSecret: { secretId: "secret-1", until: minuteIso(60) }
    })
  })
})
