import { it } from "@effect/vitest"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import {
  RedeliverDead,
  RotateSecret,
  type UpdateSubscription
} from "@sluice/contracts/subscription/subscription.commands"
import { SubscriptionEvent } from "@sluice/contracts/subscription/subscription.events"
import { facts, minute, somebody } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import {
  create,
  disable,
  redeliverDead,
  remove,
  requestTest,
  rotateSecret,
  type SecretContext,
  type SubscriptionDecision,
  update
} from "./subscription.decide.ts"
import { subscriptionReadModel } from "./subscription.read-model.ts"
import { settings } from "./subscription.spec-support.ts"
import type { SubscriptionState } from "./subscription.state.ts"
import { subscription } from "./subscription.stream.ts"
import { view } from "./subscription.view.ts"

/** A story is a subscription and what is tried on it; few values, so that they often meet. */
const Update = Schema.Struct({
  does: Schema.tag("update"),
  body: Schema.Struct({
    name: Schema.optionalKey(Schema.Literals(["hook", "other"])),
    endpoint: Schema.optionalKey(Schema.Literals(["https://example.com/hook", "https://example.org"])),
    types: Schema.optionalKey(Schema.Literals(["approval.*", "run.*"]).pipe((one) => Schema.Array(one))),
    strictOrder: Schema.optionalKey(Schema.Boolean),
    active: Schema.optionalKey(Schema.Boolean)
  })
})
const Command = Schema.Union([
  Update,
  Update,
  Update,
  Schema.Struct({ does: Schema.tag("rotate"), overlapSeconds: Schema.Literals([0, 60, 86_400]) }),
  Schema.Struct({ does: Schema.Literals(["disable", "disable", "test", "redeliver-dead"]) }),
  Schema.Struct({ does: Schema.Literals(["remove", "test"]) })
])
type Command = typeof Command.Type
const Story = Schema.Array(Command)

const attempt = (state: SubscriptionState, command: Command, context: SecretContext): SubscriptionDecision => {
  switch (command.does) {
    case "update":
      return update(state, command.body as UpdateSubscription, context)
    case "rotate":
      return rotateSecret(state, Schema.decodeSync(RotateSecret)({ overlapSeconds: command.overlapSeconds }), context)
    case "disable":
      return disable(state, { reason: "gone", failingSince: "2026-01-01T09:00:00.000Z" }, context)
    case "test":
      return requestTest(state, context)
    case "redeliver-dead":
      return redeliverDead(state, Schema.decodeSync(RedeliverDead)({ since: "2026-01-01T09:00:00Z" }), context)
    case "remove":
      return remove(state, context)
  }
}

/** Creates a subscription, tries every step, and tells what was decided, on what, and what came of it. */
const tell = (story: ReadonlyArray<Command>) => {
  const recorded: Array<Fact<SubscriptionEvent>> = []
  const record = (state: SubscriptionState, decision: SubscriptionDecision, { now }: SecretContext) =>
    Result.getOrElse(decision, () => []).reduce((folded: SubscriptionState, event) => {
      const recordedAt = new Date(now).toISOString()
      const fact = { ...event, version: recorded.length + 1, recordedAt, actor: somebody }
      recorded.push(fact)
      return subscription.evolve(folded, fact)
    }, state)
  const context = (step: number): SecretContext => ({
    id: "s",
    actor: somebody,
    now: minute(step),
    secretId: `secret-${step}`
  })
  let state = record(subscription.initial, create(subscription.initial, settings, context(0)), context(0))
  const told = story.map((command, index) => {
    const before = state
    const decision = attempt(before, command, context(index + 1))
    state = record(before, decision, context(index + 1))
    return { before, command, context: context(index + 1), decision, after: state }
  })
  return { told, state, recorded }
}

const often = { arbitrary: { runs: 400 } }
const law = (name: string, holds: (told: ReturnType<typeof tell>) => void) =>
  it.prop(name, { story: Story }, ({ story }) => holds(tell(story)), often)

describe("laws of a subscription", () => {
  law("a second time adds nothing, of an update, of giving up and of deleting", ({ told }) => {
    for (const { command, context, decision, after } of told) {
      if (Result.isFailure(decision) || !["update", "disable"].includes(command.does)) continue
      expect(Result.getOrThrow(attempt(after, command, context))).toEqual([])
    }
    expect(
      told.filter(({ before, after }) => before.status !== "deleted" && after.status === "deleted").length < 2
    ).toBe(true)
  })

  law("what an update asks for is so afterwards", ({ told }) => {
    for (const { command, decision, after } of told) {
      if (Result.isFailure(decision) || command.does !== "update") continue
      for (const [key, value] of Object.entries(command.body)) expect(Reflect.get(view("s", after), key)).toEqual(value)
    }
  })

  law("a refusal leaves everything as it was, and no events do too", ({ told }) => {
    for (const { before, decision, after } of told)
      if (Result.isFailure(decision) || decision.success.length === 0) expect(after).toBe(before)
      else expect(after).not.toEqual(before)
  })

  law("deleted stays deleted, and every command but the system's is told that there is none", ({ told }) => {
    for (const { before, command, decision, after } of told) {
      if (before.status !== "deleted") continue
      expect(after).toBe(before)
      if (command.does === "disable") expect(Result.getOrThrow(decision)).toEqual([])
      else expect(Result.isFailure(decision) && decision.failure._tag).toBe("SubscriptionNotFound")
    }
  })

  law("only an active one has anything sent", ({ told }) => {
    for (const { before, command, decision } of told)
      if (["test", "redeliver-dead"].includes(command.does))
        expect(Result.isSuccess(decision)).toBe(before.status === "active")
  })

  law("at most the newest secret and the one before it are known", ({ recorded, state }) => {
    if (state.status === "none") return
    const names = recorded.flatMap(({ data }) => ("secretId" in data ? [data.secretId] : []))
    expect([state.previousSecret?.secretId, state.secretId]).toEqual([names.at(-2), names.at(-1)])
  })

  law(
    "a snapshot and a row give back the state, and the rest of the story on it the same end",
    ({ state, recorded }) => {
      const half = Math.ceil(recorded.length / 2)
      const middle = recorded.slice(0, half).reduce(subscription.evolve, subscription.initial)
      const restored = subscription.decode(JSON.parse(JSON.stringify(subscription.encode(middle))))
      expect(restored).toEqual(middle)
      expect(recorded.slice(half).reduce(subscription.evolve, restored)).toEqual(state)
      const row = subscriptionReadModel.toRow("s", middle)
      if (row !== undefined) expect(subscriptionReadModel.ofRow(JSON.parse(JSON.stringify(row)))).toEqual(middle)
    }
  )

  it.prop(
    "the fold takes any facts in any order",
    { events: Schema.Array(SubscriptionEvent) },
    ({ events }) => {
      let state: SubscriptionState = subscription.initial
      for (const fact of facts(events.map((event) => ({ event })))) {
        const before = state
        state = subscription.evolve(before, fact)
        if (before.status === "deleted")
          expect(state).toEqual({ ...before, version: fact.version, updatedAt: fact.recordedAt })
        if (state.status === "none") continue
        expect(state.version).toBe(fact.version)
        expect(subscription.decode(subscription.encode(state))).toEqual(state)
        expect(view("s", state).active).toBe(state.status === "active")
      }
    },
    often
  )
})
