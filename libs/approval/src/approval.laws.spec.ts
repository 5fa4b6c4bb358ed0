import { it } from "@effect/vitest"
import type { Actor } from "@sluice/contracts/actor/actor"
import { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import { facts, minute, person } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { type ApprovalDecision, cancel, decide, request } from "./approval.decide.ts"
import { as, asker, body, system } from "./approval.spec-support.ts"
import type { ApprovalState } from "./approval.state.ts"
import { approval } from "./approval.stream.ts"
import { escalate, expire, remind } from "./approval.timers.ts"
import { view } from "./approval.view.ts"

/** A story is a question and what people and timers try; few people and roles, so that they often meet. */
const Role = Schema.Literals(["a", "b", "c"])
const Question = Schema.Struct({
  required: Schema.Array(
    Schema.Struct({
      roles: Schema.Array(Role).check(Schema.isMinLength(1), Schema.isMaxLength(2)),
      count: Schema.Literals([1, 2])
    })
  ).check(Schema.isMinLength(1), Schema.isMaxLength(2)),
  preventSelfReview: Schema.Boolean,
  contentHash: Schema.NullOr(Schema.Literal("h1")),
  expiresAt: Schema.NullOr(Schema.Literal("2026-01-01T10:15:00.000Z")),
  escalation: Schema.NullOr(Schema.Literal("PT6M")),
  remindEvery: Schema.NullOr(Schema.Literal("PT10M"))
})
const Verdict = Schema.Struct({
  does: Schema.tag("decide"),
  who: Schema.Literals(["asker", "ann", "bob", "cyd", "dan"]),
  roles: Schema.Array(Role).check(Schema.isMinLength(1), Schema.isMaxLength(2)),
  decision: Schema.Literals(["approve", "approve", "approve", "reject"]),
  contentHash: Schema.NullOr(Schema.Literals(["h1", "h1", "h2"]))
})
const Other = Schema.Struct({ does: Schema.Literals(["cancel", "expire", "escalate", "remind"]) })
const Step = Schema.Struct({
  command: Schema.Union([Verdict, Verdict, Verdict, Other]),
  wait: Schema.Literals([0, 1, 5, 12])
})
type Command = (typeof Step.Type)["command"]
const story = { question: Question, steps: Schema.Array(Step) }

const actorOf = (command: Command): Actor =>
  command.does === "decide" ? person(command.who, ...command.roles) : system

const attempt = (state: ApprovalState, command: Command, context: DecisionContext): ApprovalDecision => {
  switch (command.does) {
    case "decide":
      return decide(state, command, context)
    case "cancel":
      return cancel(state, {}, { ...context, mayCancel: "any" })
    case "expire":
      return expire(state, context)
    case "escalate":
      return escalate(state, context)
    case "remind":
      return remind(state, context)
  }
}

/** Asks the question, tries every step, and tells what was decided, on what, and what came of it. */
const tell = (question: typeof Question.Type, steps: ReadonlyArray<typeof Step.Type>) => {
  const recorded: Array<Fact<ApprovalEvent>> = []
  const record = (state: ApprovalState, decision: ApprovalDecision, { actor, now }: DecisionContext) =>
    Result.getOrElse(decision, () => []).reduce((folded: ApprovalState, event) => {
      const fact = { ...event, version: recorded.length + 1, recordedAt: new Date(now).toISOString(), actor }
      recorded.push(fact)
      return approval.evolve(folded, fact)
    }, state)
  const escalation = question.escalation === null ? null : { after: question.escalation, roles: ["c"] }
  const first = { ...as(asker, 0), subjectExists: true }
  let state = record(approval.initial, request(approval.initial, body({ ...question, escalation }), first), first)
  let now = minute(0)
  const told = steps.map(({ command, wait }) => {
    now += wait * 60_000
    const context = { id: "a-1", actor: actorOf(command), now }
    const before = state
    const decision = attempt(before, command, context)
    state = record(before, decision, context)
    return { before, command, context, decision, after: state }
  })
  return { told, state, recorded }
}

const often = { arbitrary: { runs: 500 } }
const law = (name: string, holds: (told: ReturnType<typeof tell>) => void) =>
  it.prop(name, story, ({ question, steps }) => holds(tell(question, steps)), often)

describe("laws of an approval", () => {
  law("a second time adds nothing", ({ told }) => {
    for (const { command, context, decision, after } of told)
      if (Result.isSuccess(decision)) expect(Result.getOrThrow(attempt(after, command, context))).toEqual([])
  })

  law("a refusal leaves everything as it was, and no events do too", ({ told }) => {
    for (const { before, decision, after } of told)
      if (Result.isFailure(decision) || decision.success.length === 0) expect(after).toBe(before)
      else expect(after).not.toEqual(before)
  })

  law("it is decided once", ({ told, recorded }) => {
    for (const { before, after } of told) if (before.status !== "pending") expect(after).toBe(before)
    const ends = ["approval.approved", "approval.rejected", "approval.expired", "approval.cancelled"]
    expect(recorded.filter(({ type }) => ends.includes(type)).length).toBeLessThanOrEqual(1)
  })

  law("nothing is outstanding exactly when it is approved", ({ told, state }) => {
    for (const { after } of [...told, { after: state }])
      expect(view("a-1", after).outstanding.length === 0).toBe(after.status === "approved")
  })

  law("it is approved by enough people of their own, nobody of whom asked where that is forbidden", ({ state }) => {
    if (state.status !== "approved") return
    const people = new Set(state.decisions.filter(({ verdict }) => verdict === "approve").map(({ actor }) => actor.id))
    expect(people.size).toBeGreaterThanOrEqual(state.required.reduce((sum, { count }) => sum + count, 0))
    if (state.preventSelfReview) expect(people.has(asker.id)).toBe(false)
  })

  law("no verdict is recorded from expiresAt on", ({ state }) => {
    if (state.status === "none" || state.expiresAt === null) return
    for (const { at } of state.decisions) expect(at < state.expiresAt).toBe(true)
  })

  law("a snapshot gives back the state, and the rest of the story on it the same end", ({ state, recorded }) => {
    const half = Math.floor(recorded.length / 2)
    const middle = recorded.slice(0, half).reduce(approval.evolve, approval.initial)
    const restored = approval.decode(JSON.parse(JSON.stringify(approval.encode(middle))))
    expect(restored).toEqual(middle)
    expect(recorded.slice(half).reduce(approval.evolve, restored)).toEqual(state)
  })

  it.prop(
    "the fold takes any facts in any order",
    { events: Schema.Array(ApprovalEvent) },
    ({ events }) => {
      let state: ApprovalState = approval.initial
      for (const fact of facts(events.map((event) => ({ event })))) {
        const before = state
        state = approval.evolve(before, fact)
        if (before.status !== "none" && before.status !== "pending")
          expect(state).toEqual({ ...before, version: fact.version })
        if (state.status === "none") continue
        expect(state.version).toBe(fact.version)
        expect(approval.decode(approval.encode(state))).toEqual(state)
        expect(view("a-1", state).status).toBe(state.status)
      }
    },
    often
  )
})
