import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, it } from "vitest"
import {
  approved,
  as,
  asked,
  cancelled,
  escalated,
  expired,
  given,
  manager,
  mary,
  reminded,
  said,
  system
} from "./approval.spec-support.ts"
import { escalate, expire, remind } from "./approval.timers.ts"

const decided = [said("approve", mary), { event: approved, by: mary }]

describe("expire", () => {
  const story = asked({ expiresAt: minuteIso(30) })

  it("ends at expiresAt, not before", () => {
    given(story)
      .when((state) => expire(state, as(system, 29.99)))
      .thenNothing()
    given(story)
      .when((state) => expire(state, as(system, 30)))
      .thenYields(expired)
  })

  it("leaves alone what has no expiry, is decided, cancelled or expired", () => {
    for (const rest of [decided, [{ event: cancelled }], [{ event: expired }]])
      given(story, ...rest)
        .when((state) => expire(state, as(system, 99)))
        .thenNothing()
    given(asked())
      .when((state) => expire(state, as(system, 99)))
      .thenNothing()
  })
})

describe("escalate", () => {
  const escalation = { after: "PT30M", roles: ["director"] }
  const story = asked({ escalation })

  it("adds the roles after that time, once", () => {
    given(story)
      .when((state) => escalate(state, as(system, 29.99)))
      .thenNothing()
    given(story)
      .when((state) => escalate(state, as(system, 30)))
      .thenYields(escalated("director"))
    given(story, { event: escalated("director") })
      .when((state) => escalate(state, as(system, 99)))
      .thenNothing()
  })

  it("leaves alone what is decided, has lapsed or asks for none", () => {
    for (const rest of [[story, ...decided], [asked({ escalation, expiresAt: minuteIso(30) })], [asked()]])
      given(...rest)
        .when((state) => escalate(state, as(system, 30)))
        .thenNothing()
  })

  it("approves where those who approved fill every place then", () => {
    const both = { id: "dora", kind: "user", roles: ["finance", "director"] } as const
    given(
      asked({ escalation, required: [manager, { roles: ["finance"], count: 1 }] }),
      said("approve", { id: "fay", kind: "user", roles: ["finance"] }),
      said("approve", both)
    )
      .when((state) => escalate(state, as(system, 30)))
      .thenYields(escalated("director"), approved)
  })
})

describe("remind", () => {
  const story = asked({ remindEvery: "PT10M" })

  it("reminds at each due time, and once of each", () => {
    given(story)
      .when((state) => remind(state, as(system, 9.99)))
      .thenNothing()
    given(story)
      .when((state) => remind(state, as(system, 10.5)))
      .thenYields(reminded(10))
    given(story, { event: reminded(10) })
      .when((state) => remind(state, as(system, 19.99)))
      .thenNothing()
    given(story, { event: reminded(10) })
      .when((state) => remind(state, as(system, 20)))
      .thenYields(reminded(20))
  })

  it("reminds once for all due times that were missed", () =>
    given(story, { event: reminded(10) })
      .when((state) => remind(state, as(system, 57)))
      .thenYields(reminded(50)))

  it("leaves alone what is decided, has lapsed or asks for none", () => {
    for (const rest of [[story, ...decided], [asked({ remindEvery: "PT10M", expiresAt: minuteIso(30) })], [asked()]])
      given(...rest)
        .when((state) => remind(state, as(system, 30)))
        .thenNothing()
  })
})

describe("a timer without an approval", () => {
  it.each([expire, escalate, remind])("is refused: %o", (timer) =>
    given()
      .when((state) => timer(state, as(system)))
      .thenRefused("ApprovalNotFound")
  )
})
