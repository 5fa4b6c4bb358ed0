import { notificationId } from "@sluice/contracts/notification/notification.ids"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { describe, expect, it } from "vitest"
import { rules } from "./inbox.rules.ts"
import {
  APPROVAL,
  asked,
  askedByRun,
  blocked,
  blocker,
  fred,
  GATE,
  gate,
  mary,
  ofApproval,
  ofBudget,
  ofRun,
  ofSubscription,
  one,
  question,
  type Row,
  RUN,
  reached,
  reminded,
  rowsOf,
  type Step,
  SUBSCRIPTION,
  said,
  started,
  subscribed,
  system,
  uuidOf
} from "./inbox.spec-support.ts"

const audiences = (rows: ReadonlyArray<Row>) => rows.map(({ audience: { kind, id } }) => `${kind} ${id}`)
const to = (...audience: ReadonlyArray<string>) => audience

/** What the last event of a story tells, by rule: title, body, whom, and whether an action is wanted. */
const table: ReadonlyArray<readonly [rule: string, story: ReadonlyArray<Step>, told: ReadonlyArray<unknown>]> = [
  [
    "approval-requested",
    [asked()],
    ["Approval wanted: custom deploy 7", "Friday evening", to("role manager", "role finance"), true]
  ],
  [
    "checkpoint-waiting",
    [started(), askedByRun("checkpoint")],
    ["Checkpoint A of Spring waits for somebody to say proceed", null, to("role *"), true]
  ],
  [
    "checkpoint-waiting",
    [askedByRun("checkpoint", { required: [one("lead", "pm"), one("lead")] })],
    ["Checkpoint A waits for somebody to say proceed", null, to("role lead", "role pm"), true]
  ],
  [
    "signoff-requested",
    [started(), askedByRun("signoff", { required: [one("qa")], reason: "Done" })],
    ["Sign-off of phase A of Spring is asked for", "Done", to("role qa"), true]
  ],
  [
    "approval-reminder",
    [asked(), said("approve", mary), reminded(minuteIso(9))],
    ["Reminder: custom deploy 7 is still undecided", "Friday evening", to("role finance"), true]
  ],
  [
    "approval-reminder",
    [asked(), said("approve", mary), ofApproval("escalated", { roles: ["boss"] }), reminded(minuteIso(9))],
    ["Reminder: custom deploy 7 is still undecided", "Friday evening", to("role finance", "role boss"), true]
  ],
  [
    "approval-escalated",
    [asked(), ofApproval("escalated", { roles: ["boss", "boss"] })],
    ["Escalated: custom deploy 7 is still undecided", "Friday evening", to("role boss"), true]
  ],
  [
    "approval-expired",
    [asked(), ofApproval("expired")],
    ["Nobody decided in time: custom deploy 7", "Friday evening", to("actor user/ada"), false]
  ],
  [
    "approval-expired",
    [started(), askedByRun("signoff", { requestedBy: { ...mary } as never }), ofApproval("expired", {}, system, GATE)],
    ["Nobody decided in time: sign-off of phase A of Spring", null, to("actor user/mary"), false]
  ],
  [
    "approval-approved",
    [asked(), said("approve", mary, "so"), said("approve", fred, "fine"), ofApproval("approved", {}, fred)],
    ["Approved: custom deploy 7", "fine", to("actor user/ada"), false]
  ],
  [
    "approval-rejected",
    [asked(), said("reject", mary, "not now"), ofApproval("rejected", {}, mary)],
    ["Rejected: custom deploy 7", "not now", to("actor user/ada"), false]
  ],
  [
    "checkpoint-confirmed",
    [started(), ofRun("checkpoint-confirmed", { ...gate, comment: "Go" }, mary)],
    ["Checkpoint A of Spring is confirmed", "Go", to("actor user/ada"), false]
  ],
  [
    "checkpoint-refused",
    [started(), ofRun("checkpoint-refused", { ...gate, why: "rejected", comment: "No" }, mary)],
    ["Checkpoint A of Spring was rejected", "No", to("actor user/ada"), false]
  ],
  [
    "checkpoint-refused",
    [started(), ofRun("checkpoint-refused", { ...gate, why: "expired", comment: null }, system)],
    ["Checkpoint A of Spring expired", null, to("actor user/ada"), false]
  ],
  [
    "signoff-rejected",
    [
      started(),
      ofRun("signoff-requested", { ...gate, attempt: 1 }, mary),
      ofRun("signoff-rejected", {
        ...gate,
        gaps: [
          { id: "1", text: "No tests" },
          { id: "2", text: "No docs" }
        ]
      })
    ],
    ["Sign-off of phase A of Spring was rejected", "No tests\nNo docs", to("actor user/mary"), false]
  ],
  [
    "question-asked",
    [started(), ofRun("question-asked", question("q", "finance"), mary)],
    ["A question about Spring", "Who pays?", to("role finance"), true]
  ],
  [
    "question-asked",
    [started(), ofRun("question-asked", question("q", null), mary)],
    ["A question about Spring", "Who pays?", to("actor user/ada"), true]
  ],
  [
    "run-blocked",
    [started(), ofRun("blocker-raised", blocker("b"), mary)],
    ["Spring is blocked", "No key", to("actor user/ada"), true]
  ],
  [
    "run-blocked",
    [started(), ofRun("phase-blocked", blocked, mary)],
    ["Phase A of Spring is blocked", "the vendor", to("actor user/ada"), true]
  ],
  [
    "run-failed",
    [started(), ofRun("failed", { reason: "No money" }, mary)],
    ["Spring has failed", "No money", to("actor user/ada"), false]
  ],
  [
    "run-completed",
    [started(), ofRun("completed", {}, mary)],
    ["Spring is completed", null, to("actor user/ada"), false]
  ],
  [
    "run-overdue",
    [started(), ofRun("overdue", { deadline: "2026-01-31T00:00:00.000Z" }, system)],
    ["Spring is overdue", "It was to be done by 2026-01-31T00:00:00.000Z", to("actor user/ada"), false]
  ],
  [
    "budget-warned",
    [ofBudget("warned", reached)],
    ["Budget Lab: 80 % are spent", "12.34 of 15.00 USD", to("role finance", "role pm"), false]
  ],
  [
    "budget-exceeded",
    [ofBudget("exceeded", { ...reached, spent: "15050000000000000" })],
    ["Budget Lab is used up", "15.05 of 15.00 USD", to("role finance", "role pm"), false]
  ],
  [
    "subscription-disabled",
    [
      subscribed,
      ofSubscription("updated", { name: "ERP" }),
      ofSubscription("disabled", { reason: "failing", failingSince: "2026-01-01T00:00:00.000Z" }, system)
    ],
    ["Webhook ERP was disabled", "Every attempt has failed since 2026-01-01T00:00:00.000Z", to("actor user/ada"), false]
  ],
  [
    "subscription-disabled",
    [subscribed, ofSubscription("disabled", { reason: "gone", failingSince: "2026-01-01T00:00:00.000Z" }, system)],
    ["Webhook erp was disabled", "Its endpoint answered 410 Gone", to("actor user/ada"), false]
  ]
]

describe("who is told of what", () => {
  it.each(table)("%s", (rule, story, [title, body, audience, wantsAction]) => {
    const last = rowsOf(...story).filter(({ position }) => position === story.length)
    expect(audiences(last)).toEqual(audience)
    for (const row of last) {
      expect(row).toMatchObject({
        rule,
        title,
        body,
        eventType: story.at(-1)?.type,
        createdAt: minuteIso(story.length - 1)
      })
      expect(row.settleKey !== null).toBe(wantsAction)
      expect(row.id).toBe(notificationId(uuidOf(`event ${story.length - 1}`), rule, row.audience))
    }
  })

  it("is in the table for every rule there is", () => {
    const tabled = table.map(([rule, story]) => `${rule} ${story.at(-1)?.type}`)
    expect([...new Set(tabled)].toSorted()).toEqual(
      [...new Set(rules.map(({ name, on }) => `${name} ${on}`))].toSorted()
    )
  })

  it("says where it is read", () => {
    const paths = (...steps: ReadonlyArray<Step>) => rowsOf(...steps).map(({ subject, path }) => [subject, path])
    expect(paths(asked({ required: [one("pm")] }))).toEqual([[`approval-${APPROVAL}`, `/v1/approvals/${APPROVAL}`]])
    expect(paths(started(), ofRun("completed"))).toEqual([[`run-${RUN}`, `/v1/runs/${RUN}`]])
    const disabled = ofSubscription("disabled", { reason: "gone", failingSince: minuteIso(0) })
    expect(paths(subscribed, disabled)).toEqual([[`subscription-${SUBSCRIPTION}`, `/v1/subscriptions/${SUBSCRIPTION}`]])
    expect(paths(ofBudget("warned", { ...reached, notify: ["pm"] }))[0]?.[1]).toBeNull()
  })

  it("is nobody where Sluice itself started it or asked", () => {
    expect(rowsOf(started(system), ofRun("failed", { reason: null }))).toEqual([])
    expect(rowsOf(started(system), ofRun("question-asked", question("q", null)))).toEqual([])
    expect(rowsOf(asked({}, system), ofApproval("expired")).filter(({ rule }) => rule === "approval-expired")).toEqual(
      []
    )
  })

  it("of what a run asks for is its starter once: with the run's own event", () => {
    const story = [
      started(),
      askedByRun("checkpoint"),
      ofApproval("approved", {}, mary, GATE),
      ofRun("checkpoint-confirmed", { ...gate, comment: null }, mary)
    ]
    expect(rowsOf(...story).map(({ rule }) => rule)).toEqual(["checkpoint-waiting", "checkpoint-confirmed"])
    const signoff = [
      started(),
      ofRun("signoff-requested", { ...gate, attempt: 1 }, mary),
      askedByRun("signoff", { requestedBy: { ...mary } as never }),
      ofApproval("rejected", {}, fred, GATE),
      ofRun("signoff-rejected", { ...gate, gaps: [] }, fred)
    ]
    expect(rowsOf(...signoff).map(({ rule }) => rule)).toEqual(["signoff-requested", "signoff-rejected"])
  })
})
