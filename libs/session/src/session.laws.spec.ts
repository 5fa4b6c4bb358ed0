import { it } from "@effect/vitest"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import { RecordUsage, TargetStatus } from "@sluice/contracts/session/session.commands"
import { SessionEvent } from "@sluice/contracts/session/session.events"
import { facts, minute, minuteIso, somebody } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { expire, open, recordUsage, type SessionDecision, update } from "./session.decide.ts"
import { activeMillisAt } from "./session.evolve.ts"
import { hasEnded } from "./session.rules.ts"
import type { SessionState } from "./session.state.ts"
import { session } from "./session.stream.ts"
import { view } from "./session.view.ts"

/** A story is what somebody tries, and how many minutes after the one before; few values, so that they often meet. */
const Update = Schema.Struct({
  does: Schema.tag("update"),
  body: Schema.Struct({
    status: Schema.optionalKey(TargetStatus),
    taskId: Schema.optionalKey(Schema.NullOr(Schema.Literals(["t-1", "t-2"]))),
    metadata: Schema.optionalKey(Schema.Record(Schema.Literals(["a", "b"]), Schema.Boolean))
  })
})
const Usage = Schema.Struct({ does: Schema.tag("usage"), quantity: Schema.Literals([1, 2]) })
const Expire = Schema.Struct({ does: Schema.tag("expire") })
const Step = Schema.Struct({
  command: Schema.Union([Update, Usage, Expire]),
  wait: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 }))
})
type Step = typeof Step.Type
const Story = Schema.Array(Step)

const decide = (state: SessionState, command: Step["command"], context: DecisionContext): SessionDecision => {
  switch (command.does) {
    case "update":
      return update(state, command.body, context, [])
    case "usage": {
      const at = new Date(context.now).toISOString()
      const { quantity } = command
      const usage = Schema.decodeSync(RecordUsage)({ usageId: "u", meter: "tokens.input", quantity, at })
      return recordUsage(state, usage, context)
    }
    case "expire":
      return expire(state, { retentionMillis: 200 * 60_000 }, context)
  }
}

interface Told {
  readonly before: SessionState
  readonly command: Step["command"]
  readonly context: DecisionContext
  readonly decision: SessionDecision
  readonly after: SessionState
}

/** Opens a session, tries every step, and records what was decided. */
const tell = (story: ReadonlyArray<Step>) => {
  const recorded: Array<Fact<SessionEvent>> = []
  const record = (state: SessionState, decision: SessionDecision, now: number): SessionState =>
    Result.getOrElse(decision, () => []).reduce((folded: SessionState, event) => {
      const recordedAt = new Date(now).toISOString()
      const fact = { ...event, version: recorded.length + 1, recordedAt, actor: somebody }
      recorded.push(fact)
      return session.evolve(folded, fact)
    }, state)
  const context = (now: number): DecisionContext => ({ id: "s", actor: somebody, now })
  let now = minute(0)
  let state = record(session.initial, open(session.initial, { role: "pm" }, context(now)), now)
  const steps = story.map(({ command, wait }): Told => {
    now += wait * 60_000
    const before = state
    const decision = decide(before, command, context(now))
    state = record(before, decision, now)
    return { before, command, context: context(now), decision, after: state }
  })
  return { steps, state, recorded, now }
}

/** The pairs of times between which the session was active, read off the events one by one. */
const intervals = (
  recorded: ReadonlyArray<Fact<SessionEvent>>,
  until: number
): ReadonlyArray<readonly [number, number]> => {
  const turns = recorded.filter(
    ({ type }) => !["session.opened", "session.updated", "session.usage-recorded"].includes(type)
  )
  return turns.flatMap(({ type, recordedAt }, index) => {
    if (type !== "session.activated" && type !== "session.resumed") return []
    const end = turns[index + 1]?.recordedAt
    return [[Date.parse(recordedAt), end === undefined ? until : Date.parse(end)] as const]
  })
}

const often = { arbitrary: { runs: 300 } }

describe("laws of a session", () => {
  it.prop(
    "a second time adds nothing",
    { story: Story },
    ({ story }) => {
      for (const { command, context, decision, after } of tell(story).steps) {
        if (Result.isFailure(decision) || command.does === "usage") continue
        expect(Result.getOrThrow(decide(after, command, context))).toEqual([])
      }
    },
    often
  )

  it.prop(
    "what an update asks for is so afterwards",
    { story: Story },
    ({ story }) => {
      for (const { command, decision, after } of tell(story).steps) {
        if (Result.isFailure(decision) || command.does !== "update") continue
        for (const [key, value] of Object.entries(command.body)) expect(Reflect.get(after, key)).toEqual(value)
      }
    },
    often
  )

  it.prop(
    "a refusal leaves everything as it was, no events do too",
    { story: Story },
    ({ story }) => {
      for (const { before, decision, after } of tell(story).steps) {
        if (Result.isFailure(decision) || decision.success.length === 0) expect(after).toBe(before)
        else expect(after).not.toEqual(before)
      }
    },
    often
  )

  it.prop(
    "ended stays ended, whatever is tried",
    { story: Story },
    ({ story }) => {
      for (const { before, after } of tell(story).steps)
        if (before.status !== "none" && hasEnded(before.status)) expect(after.status).toBe(before.status)
    },
    often
  )

  it.prop(
    "active time is the sum of the active intervals",
    { story: Story },
    ({ story }) => {
      const { state, recorded, now } = tell(story)
      const sum = intervals(recorded, now).reduce((total, [from, to]) => total + to - from, 0)
      expect(state.status === "none" ? 0 : activeMillisAt(state, new Date(now).toISOString())).toBe(sum)
    },
    often
  )

  it.prop(
    "a snapshot gives back the state, and the rest of the story on it the same end",
    { story: Story },
    ({ story }) => {
      const { state, recorded } = tell(story)
      const half = Math.floor(recorded.length / 2)
      const middle = recorded.slice(0, half).reduce(session.evolve, session.initial)
      const restored = session.decode(JSON.parse(JSON.stringify(session.encode(middle))))
      expect(restored).toEqual(middle)
      expect(recorded.slice(half).reduce(session.evolve, restored)).toEqual(state)
    },
    often
  )

  it.prop(
    "the fold takes any facts in any order",
    { events: Schema.Array(SessionEvent) },
    ({ events }) => {
      const story = facts(events.map((event) => ({ event })))
      let state: SessionState = session.initial
      for (const fact of story) {
        const before = state
        state = session.evolve(before, fact)
        if (before.status !== "none" && hasEnded(before.status)) expect(state.status).toBe(before.status)
        if (state.status === "none") continue
        expect(state.version).toBe(fact.version)
        expect(session.decode(session.encode(state))).toEqual(state)
        expect(view("s", state)).toMatchObject({ status: state.status, updatedAt: minuteIso(fact.version - 1) })
      }
    },
    often
  )
})
