import { it } from "@effect/vitest"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import {
  asked,
  askedByRun,
  empty,
  fred,
  GATE,
  gate,
  type Inbox,
  logOf,
  mary,
  ofApproval,
  ofBudget,
  ofMark,
  ofRun,
  ofSubscription,
  question,
  reached,
  type Step,
  said,
  started,
  subscribed,
  system,
  take,
  uuidOf
} from "./inbox.spec-support.ts"

/** What may happen next; a stream begins when it is first chosen for its first event, or never does. */
const happenings: ReadonlyArray<(n: number) => Step> = [
  () => asked(),
  () => askedByRun("checkpoint"),
  () => started(),
  () => subscribed,
  () => said("approve", mary),
  () => said("approve", { ...fred, roles: ["finance", "manager"] }),
  () => said("reject", fred),
  (n) => ofApproval("reminded", { dueAt: minuteIso(n % 7) }),
  () => ofApproval("escalated", { roles: ["boss"] }),
  () => ofApproval("approved", {}, fred),
  () => ofApproval("cancelled", { reason: null }),
  () => ofApproval("expired", {}, system, GATE),
  (n) => ofRun("question-asked", question(`q${n % 3}`, n % 2 === 0 ? "pm" : null)),
  (n) => ofRun("question-answered", { id: `q${n % 3}`, answer: "so" }),
  () => ofRun("phase-blocked", { phase: "A", visit: 1, reason: "why" }),
  () => ofRun("phase-unblocked", { phase: "A", visit: 1 }),
  () => ofRun("signoff-requested", { ...gate, attempt: 1 }, mary),
  () => ofRun("signoff-rejected", { ...gate, gaps: [{ id: "1", text: "x" }] }, fred),
  () => ofRun("checkpoint-confirmed", { ...gate, comment: null }, fred),
  () => ofRun("completed"),
  () => ofSubscription("disabled", { reason: "gone", failingSince: minuteIso(0) }, system),
  () => ofSubscription("deleted"),
  () => ofBudget("warned", reached),
  (n) => ofMark("read", uuidOf(`marked ${n % 3}`)),
  (n) => ofMark("archived", uuidOf(`marked ${n % 3}`))
]
const Choices = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999 }))).check(
  Schema.isMaxLength(40)
)
const Cuts = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))).check(Schema.isMaxLength(40))
const opening = [asked(), askedByRun("checkpoint"), started(), subscribed]
/** Most stories begin with everything that can be begun, since little follows on what was not. */
const storyOf = (choices: ReadonlyArray<number>) => [
  ...(choices.length % 5 === 0 ? [] : opening),
  ...choices.map((n) => (happenings[n % happenings.length] as (n: number) => Step)(Math.floor(n / happenings.length)))
]

const batched = (events: ReadonlyArray<RecordedEvent>, cuts: ReadonlyArray<number>): Inbox => {
  const inbox = empty()
  let rest = events
  for (const cut of [...cuts, events.length]) {
    take(inbox, rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  return inbox
}
const shown = ({ rows, marks, memory }: Inbox) => ({
  rows: [...rows.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  marks: new Map([...marks].toSorted()),
  memory: new Map([...memory].toSorted())
})
const often = { arbitrary: { runs: 500 } }

describe("laws of the inbox", () => {
  it.prop(
    "the same log gives the same rows, marks and memory, however it is cut into batches",
    { choices: Choices, cuts: Cuts },
    ({ choices, cuts }) => {
      const events = logOf(storyOf(choices))
      expect(shown(batched(events, cuts))).toEqual(shown(batched(events, [])))
    },
    often
  )

  it.prop(
    "streams may come in any order: the same rows, but for the title of a run that is not known yet",
    { choices: Choices, cuts: Cuts, late: Schema.Literals(["run", "approval", "subscription"]) },
    ({ choices, cuts, late }) => {
      const events = logOf(storyOf(choices))
      const isLate = ({ streamId }: RecordedEvent) => streamId.startsWith(late)
      const inbox = batched(
        events.filter((event) => !isLate(event)),
        cuts
      )
      take(inbox, events.filter(isLate))
      const untitled = (some: Inbox) => shown(some).rows.map(({ title: _, ...row }) => row)
      expect(untitled(inbox)).toEqual(untitled(batched(events, [])))
    },
    often
  )

  it.prop(
    "nothing that was ended leaves anything open, or in memory",
    { choices: Choices },
    ({ choices }) => {
      const ends = [
        ofApproval("cancelled", { reason: null }),
        ofApproval("cancelled", { reason: null }, system, GATE),
        ofRun("completed"),
        ofSubscription("deleted")
      ]
      const { rows, memory } = batched(logOf([...opening, ...storyOf(choices), ...ends]), [3, 7])
      expect([...memory.keys()]).toEqual([])
      expect([...rows.values()].filter(({ settleKey, settledAt }) => settleKey !== null && settledAt === null)).toEqual(
        []
      )
    },
    often
  )
})
