import { it } from "@effect/vitest"
import type { JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { keyOf, planDeliveries } from "./delivery.plan.ts"
import type { Span } from "./subscription.spans.ts"
import type { SubscriptionState } from "./subscription.state.ts"
import { subscription } from "./subscription.stream.ts"

/** A story: what subscriptions are told, and what else happens. */
const Who = Schema.Literals(["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"])
const Step = Schema.Union([
  Schema.Struct({ does: Schema.tag("wants"), who: Who, types: Schema.Literals(["approval.*", "*.opened", "run.*"]) }),
  Schema.Struct({
    does: Schema.tag("becomes"),
    who: Who,
    status: Schema.Literals(["paused", "activated", "disabled", "deleted"])
  }),
  Schema.Struct({ does: Schema.tag("tests"), who: Who }),
  Schema.Struct({
    does: Schema.tag("happens"),
    type: Schema.Literals(["approval.approved", "session.opened", "preference.set"])
  })
])
const Story = Schema.Array(Step)
const Batches = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })))

const settings = { name: "n", endpoint: "https://example.com/", strictOrder: false }
const dataOf = (step: (typeof Story.Type)[number], isNew: boolean): readonly [string, JsonObject] => {
  switch (step.does) {
    case "wants":
      return isNew
        ? ["subscription.created", { ...settings, types: [step.types], secretId: step.who }]
        : ["subscription.updated", { types: [step.types] }]
    case "becomes":
      return [`subscription.${step.status}`, step.status === "disabled" ? { reason: "gone", failingSince: "" } : {}]
    case "tests":
      return ["subscription.test-requested", {}]
    case "happens":
      return [step.type, {}]
  }
}

/** The log of a story; steps of subscriptions that do not exist are left out. */
const logOf = (story: typeof Story.Type): ReadonlyArray<RecordedEvent> => {
  const versions = new Map<string, number>()
  return story.flatMap((step, index) => {
    const streamId = "who" in step ? `subscription-${step.who}` : `${step.type.split(".")[0]}-${index}`
    const before = versions.get(streamId) ?? 0
    if (before === 0 && "who" in step && step.does !== "wants") return []
    versions.set(streamId, before + 1)
    const [type, data] = dataOf(step, before === 0)
    return [
      {
        position: (index + 1) * 10,
        tenant: "acme",
        streamId,
        version: before + 1,
        eventId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
        type,
        schemaVersion: 1,
        data,
        metadata: { actor: { kind: "user", id: "ann", roles: [] }, correlationId: "c", causationId: "c" },
        recordedAt: "2026-11-22T10:00:00.000Z"
      }
    ]
  })
}

/** What each subscription is to get, said as plainly as can be. */
const expected = (log: ReadonlyArray<RecordedEvent>): ReadonlyArray<string> => {
  const states = new Map<string, { types: string; status: string }>()
  return log.flatMap((event) => {
    const own = event.streamId.startsWith("subscription-") ? event.streamId.slice("subscription-".length) : undefined
    if (own === undefined) {
      const [category, name] = event.type.split(".")
      const wants = (types: string) => types === `${category}.*` || types === `*.${name}`
      const heard = category !== "preference"
      return [...states].flatMap(([who, { types, status }]) =>
        heard && status === "activated" && wants(types) ? [`${who} ${event.position}`] : []
      )
    }
    const state = states.get(own) ?? { types: "", status: "activated" }
    const [, name] = event.type.split(".") as [string, string]
    const { types } = event.data as { types?: ReadonlyArray<string> }
    if (state.status !== "deleted") {
      if (types !== undefined) state.types = types[0] as string
      if (
        ["activated", "deleted"].includes(name) ||
        (["paused", "disabled"].includes(name) && state.status === "activated")
      )
        state.status = name
    }
    states.set(own, state)
    return name === "test-requested" ? [`${own} ${event.position}`] : []
  })
}

/** Plans batch by batch, keeping between them what the tables keep. */
const inBatches = (log: ReadonlyArray<RecordedEvent>, sizes: ReadonlyArray<number>): ReadonlyArray<string> => {
  const states = new Map<string, SubscriptionState>()
  let spans: ReadonlyArray<Span> = []
  const got: Array<string> = []
  let rest = log
  for (let turn = 0; rest.length > 0; turn++) {
    const size = sizes[turn % Math.max(1, sizes.length)] ?? rest.length
    const plan = planDeliveries(rest.slice(0, size), { spans, states })
    rest = rest.slice(size)
    for (const { state, ...of } of plan.states) states.set(keyOf(of), subscription.decode(subscription.encode(state)))
    spans = [
      ...spans.map((span) => {
        const end = plan.closed.find(
          ({ subscriptionId, until }) =>
            span.subscriptionId === subscriptionId && span.until === null && until > span.after
        )
        return end === undefined ? span : { ...span, until: end.until }
      }),
      ...plan.opened
    ]
    for (const step of plan.steps)
      if (step.what === "deliver") got.push(...step.deliveries.map((one) => `${one.subscriptionId} ${one.position}`))
  }
  return got
}

describe("who gets an event", () => {
  it.prop(
    "is who wanted its type when it happened, however the log comes in batches",
    [Story, Batches],
    ([story, sizes]) => {
      const log = logOf(story)
      expect(inBatches(log, sizes).toSorted()).toEqual(expected(log).toSorted())
    },
    { arbitrary: { runs: 1000 } }
  )

  it("does not depend on when the subscription's own events are heard", () => {
    const who = "00000000-0000-4000-8000-00000000000a"
    const log = logOf([
      { does: "wants", who, types: "approval.*" },
      { does: "happens", type: "approval.approved" },
      { does: "becomes", who, status: "paused" },
      { does: "happens", type: "approval.approved" }
    ])
    const own = planDeliveries(
      log.filter(({ streamId }) => streamId.startsWith("subscription-")),
      { spans: [], states: new Map() }
    )
    const others = log.filter(({ streamId }) => streamId.startsWith("approval-"))
    const late = planDeliveries(others, { spans: own.opened, states: new Map() })
    expect(late.steps.flatMap((step) => (step.what === "deliver" ? step.deliveries : []))).toMatchObject([
      { subscriptionId: who, position: 20 }
    ])
  })
})
