import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import type { SluiceEvent } from "./event.types.ts"
import type { SubscriptionProblem } from "./subscription.options.ts"
import { events, eventually, settled } from "./subscription.spec-support.ts"
import { subscribe } from "./subscription.subscribe.ts"

const on = await events()
const { addDurable, publish, publishRaw } = on
const broker = { connection: on.connection }
const reason = { reason: null }
const opened = { role: "pm", taskId: null, metadata: {} }
const places = (all: ReadonlyArray<SluiceEvent>) =>
  all.map(({ subject, streamVersion }) => `${subject}@${streamVersion}`)

/** A durable of one's own that sees what is published from now on. */
const fresh = async (name: string, config: Parameters<typeof addDurable>[1] = {}): Promise<string> => {
  await addDurable(name, { deliver_policy: "new", ...config })
  return name
}

it("hands over typed events, in order within a stream, and passes over other types", async () => {
  const durable = await fresh("typed")
  const roles: Array<string> = []
  const seen: Array<SluiceEvent> = []
  const subscription = await subscribe({
    broker,
    durable,
    types: ["session.*", "run.paused"],
    handler: (event) => {
      seen.push(event)
      if (event.type === "session.opened") roles.push(event.data.role)
    }
  })
  await publish("typed-1", "session.opened", opened)
  await publish("typed-2", "approval.approved", {})
  await publish("typed-1", "session.activated", reason)
  await publish("typed-3", "run.resumed", {})
  await publish("typed-3", "run.paused", reason)
  await settled(on, durable)
  await subscription.stop()
  expect(places(seen)).toEqual(["session-typed-1@1", "session-typed-1@2", "run-typed-3@2"])
  expect(roles).toEqual(["pm"])
  expect(seen[0]).toEqual({
    id: "session-typed-1/1",
    tenant: "acme",
    subject: "session-typed-1",
    streamVersion: 1,
    position: expect.any(Number),
    time: "2026-01-01T00:00:00.000Z",
    actor: { kind: "user", id: "ada", roles: ["pm"] },
    correlationId: "c",
    causationId: "c",
    type: "session.opened",
    data: opened
  })
  expect(await subscription.closed).toBeUndefined()
})

it("a durable made anew delivers everything again, which is noticed, and nothing is handled twice", async () => {
  const durable = await fresh("again")
  const seen: Array<SluiceEvent> = []
  const problems: Array<SubscriptionProblem> = []
  const handler = (event: SluiceEvent) => void seen.push(event)
  const onProblem = (problem: SubscriptionProblem) => void problems.push(problem)
  const subscription = await subscribe({ broker, durable, types: ["*"], handler, onProblem })
  await publish("again", "session.opened", opened)
  await publish("again", "session.activated", reason)
  await settled(on, durable)
  const { config } = await on.manager.consumers.info("EVENTS", durable)
  await on.manager.consumers.delete("EVENTS", durable)
  await eventually("the loss is said", () => problems.length > 0)
  const { streams } = on.manager
  const { state } = await streams.info("EVENTS")
  await addDurable(durable, { deliver_policy: "by_start_sequence", opt_start_seq: state.last_seq - 1 })
  await publish("again", "session.paused", reason)
  await eventually("what is new arrives", () => seen.length > 2)
  await settled(on, durable)
  await subscription.stop()
  expect(config.name).toBe(durable)
  expect(places(seen)).toEqual(["session-again@1", "session-again@2", "session-again@3"])
  expect(problems.map(({ kind }) => kind)).toEqual(["broker"])
})

it("an event of an old version comes in the newest shape", async () => {
  const durable = await fresh("old")
  const golden = JSON.parse(
    readFileSync(new URL("../../../contracts/golden/approval.requested.v1.json", import.meta.url), "utf8")
  )
  delete golden.data.requestedBy
  const asked: Array<unknown> = []
  const subscription = await subscribe({
    broker,
    durable,
    types: ["approval.requested"],
    handler: ({ type, data: { requestedBy } }) => void asked.push([type, requestedBy])
  })
  await publishRaw("evt.acme.approval.requested.1", JSON.stringify(golden))
  await settled(on, durable)
  await subscription.stop()
  expect(asked).toEqual([["approval.requested", golden.actor]])
})

it("passes over a type that it does not know, says so, and holds what it cannot read until told otherwise", async () => {
  const durable = await fresh("strange")
  const problems: Array<SubscriptionProblem> = []
  const seen: Array<string> = []
  let verdict: "skip" | "retry" = "retry"
  const subscription = await subscribe({
    broker,
    durable,
    types: ["session.*"],
    longestPause: 50,
    handler: ({ streamVersion }) => void seen.push(String(streamVersion)),
    onProblem: (problem) => {
      problems.push(problem)
      return problem.kind === "unreadable" ? verdict : undefined
    }
  })
  const golden = JSON.parse(
    readFileSync(new URL("../../../contracts/golden/session.paused.v1.json", import.meta.url), "utf8")
  )
  const as = (type: string, streamversion: number) =>
    publishRaw("evt.acme.session.x.1", JSON.stringify({ ...golden, subject: "session-s", type, streamversion }))
  await as("sluice.session.sneezed.v1", 1)
  await as("sluice.run.sneezed.v1", 1)
  await as("sluice.session.paused.v9", 2)
  await as("sluice.session.paused.v1", 3)
  await publishRaw("evt.acme.session.x.1", "\u0000garbage")
  await eventually("both were asked about again", () => {
    const unreadable = problems.filter((problem) => problem.kind === "unreadable" && problem.attempts > 1)
    return new Set(unreadable.map((problem) => problem.kind === "unreadable" && problem.sequence)).size === 2
  })
  expect(seen).toEqual([])
  expect((await on.manager.consumers.info("EVENTS", durable)).num_ack_pending).toBe(3)
  verdict = "skip"
  await settled(on, durable)
  await subscription.stop()
  expect(seen).toEqual(["3"])
  const unknown = problems.filter(({ kind }) => kind === "unknown-type")
  expect(unknown).toEqual([
    { kind: "unknown-type", type: "session.sneezed", subject: "session-s", sequence: expect.any(Number) }
  ])
  const messages = problems.flatMap((problem) => (problem.kind === "unreadable" ? [problem.error.message] : []))
  expect(new Set(messages).size).toBe(2)
  expect(messages).toContain("Unknown version of event type session.paused: 9")
})

it("says what to do about a durable that is missing or of no use, and makes none", async () => {
  const options = { broker, types: ["*"] as const, handler: () => {} }
  await expect(subscribe({ ...options, durable: "acme-s77" })).rejects.toThrow(
    /no durable acme-s77 on the stream EVENTS: .*sluice nats subscriber add/
  )
  await expect(on.manager.consumers.info("EVENTS", "acme-s77")).rejects.toThrow("consumer not found")
  await addDurable("all-at-once", { ack_policy: "all" })
  await expect(subscribe({ ...options, durable: "all-at-once" })).rejects.toThrow(/ack policy all.*needs "explicit"/)
  await addDurable("fine")
  await expect(subscribe({ ...options, durable: "fine", types: [] })).rejects.toThrow(/types is empty/)
  for (const none of [{ concurrency: 0 }, { inHand: 0 }, { inHand: Number.NaN }])
    await expect(subscribe({ ...options, durable: "fine", ...none })).rejects.toThrow(/must be 1 or more/)
})
