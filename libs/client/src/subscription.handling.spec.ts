import { getEventListeners } from "node:events"
import { expect, it, vi } from "vitest"
import type { SluiceEvent } from "./event.types.ts"
import { events, eventually, settled } from "./subscription.spec-support.ts"
import { subscribe } from "./subscription.subscribe.ts"

const on = await events()
const { addDurable, publish } = on
const broker = { connection: on.connection }
const reason = { reason: null }
const opened = { role: "pm", taskId: null, metadata: {} }

/** A durable of one's own that sees what is published from now on. */
const fresh = async (name: string, config: Parameters<typeof addDurable>[1] = {}): Promise<string> => {
  await addDurable(name, { deliver_policy: "new", ...config })
  return name
}

it("what comes again while it is being handled is handled once, and both deliveries are acknowledged", async () => {
  const durable = await fresh("twins")
  const seen: Array<string> = []
  let proceed = () => {}
  const gate = new Promise<void>((resolve) => {
    proceed = resolve
  })
  const handler = async ({ streamVersion }: SluiceEvent) => {
    await gate
    seen.push(`${streamVersion}`)
  }
  const subscription = await subscribe({ broker, durable, types: ["session.*"], handler, onProblem: () => undefined })
  await publish("twins", "session.opened", opened)
  await publish("twins", "session.activated", reason)
  const unacknowledged = async () => (await on.manager.consumers.info("EVENTS", durable)).num_ack_pending
  await eventually("both are in hand", async () => (await unacknowledged()) === 2)
  const { state } = await on.manager.streams.info("EVENTS")
  await on.manager.consumers.delete("EVENTS", durable)
  await addDurable(durable, { deliver_policy: "by_start_sequence", opt_start_seq: state.last_seq - 1 })
  await eventually("both have come again", async () => (await unacknowledged()) === 2)
  proceed()
  await settled(on, durable)
  await subscription.stop()
  expect(seen).toEqual(["1", "2"])
})

it("what comes again just as its handler ends is acknowledged too, and not left to come a third time", async () => {
  const durable = await fresh("repeats")
  const handled: Array<string> = []
  const handler = ({ subject }: SluiceEvent) => void handled.push(subject)
  const subscription = await subscribe({ broker, durable, types: ["session.*"], handler })
  const ids = Array.from({ length: 300 }, (_, n) => `repeats-${n}`)
  for (const id of ids) for (const _ of [1, 2]) await publish(id, "session.opened", opened, 1)
  await settled(on, durable, 15_000) // of the 30 s after which the broker tries again
  await subscription.stop()
  expect(handled).toEqual(ids.map((id) => `session-${id}`))
})

it("a handler that fails is tried again; its stream waits, others go on", async () => {
  const durable = await fresh("failing")
  const seen: Array<string> = []
  const attempts: Array<number> = []
  const subscription = await subscribe({
    broker,
    durable,
    types: ["session.*"],
    firstPause: 100,
    handler: (event, { attempt }) => {
      if (event.subject === "session-bad" && event.streamVersion === 1) {
        attempts.push(attempt)
        if (attempt < 3) throw new Error("not yet")
      }
      seen.push(`${event.subject}@${event.streamVersion}`)
    }
  })
  await publish("bad", "session.opened", opened)
  await publish("bad", "session.activated", reason)
  await publish("good", "session.opened", opened)
  await settled(on, durable)
  await subscription.stop()
  expect(attempts).toEqual([1, 2, 3])
  expect(seen).toEqual(["session-good@1", "session-bad@1", "session-bad@2"])
})

it("a stream that fails for ever holds up no other, however much waits behind it", async () => {
  const durable = await fresh("stuck")
  const seen: Array<string> = []
  const subscription = await subscribe({
    broker,
    durable,
    types: ["session.*"],
    inHand: 4,
    firstPause: 20,
    longestPause: 50,
    handler: ({ subject, streamVersion }) => {
      if (subject === "session-stuck") throw new Error("never")
      seen.push(`${subject}@${streamVersion}`)
    },
    onProblem: () => undefined
  })
  for (let version = 1; version <= 12; version++) await publish("stuck", "session.updated", { metadata: { version } })
  await publish("free", "session.opened", opened)
  await eventually("the other stream goes on", () => seen.length === 1)
  await subscription.stop()
  expect(seen).toEqual(["session-free@1"])
})

it("after so many failures somebody is asked, again and again, and may have it skipped", async () => {
  const durable = await fresh("poison")
  const asked: Array<unknown> = []
  const seen: Array<string> = []
  const subscription = await subscribe({
    broker,
    durable,
    types: ["session.*"],
    attempts: 2,
    firstPause: 5,
    longestPause: 20,
    handler: ({ streamVersion }) => {
      if (streamVersion === 1) throw new Error("never")
      seen.push(String(streamVersion))
    },
    onProblem: (problem) => {
      asked.push(problem)
      return asked.length === 3 ? "skip" : undefined
    }
  })
  await publish("poison", "session.opened", opened)
  await publish("poison", "session.activated", reason)
  await settled(on, durable)
  await subscription.stop()
  expect(asked).toMatchObject([2, 3, 4].map((attempts) => ({ kind: "handler-failed", attempts })))
  expect(asked[0]).toMatchObject({ event: { subject: "session-poison" }, error: { message: "never" } })
  expect(seen).toEqual(["2"])
})

it("a stop lets the handler under way end and gives back the rest at once; the next one goes on there", async () => {
  const durable = await fresh("stopped")
  const first: Array<string> = []
  const second: Array<string> = []
  let proceed = () => {}
  const gate = new Promise<void>((resolve) => {
    proceed = resolve
  })
  const one = await subscribe({
    broker,
    durable,
    types: ["session.*"],
    handler: async (event, { signal }) => {
      if (first.length === 2) {
        await gate
        expect(signal.aborted).toBe(true)
      }
      first.push(`${event.streamVersion}`)
    }
  })
  await publish("stopped", "session.opened", opened)
  for (let n = 0; n < 19; n++) await publish("stopped", "session.updated", { metadata: { n } })
  await eventually("all are in hand", async () => {
    const info = await on.manager.consumers.info("EVENTS", durable)
    return info.num_pending === 0
  })
  await eventually("the third is being handled", () => first.length === 2)
  const stopping = one.stop()
  proceed()
  await stopping
  expect(first).toEqual(["1", "2", "3"])
  const started = performance.now()
  const handler = (event: SluiceEvent) => void second.push(`${event.streamVersion}`)
  const two = await subscribe({ broker, durable, types: ["session.*"], handler })
  await settled(on, durable, 15_000)
  await two.stop()
  expect(second).toEqual(Array.from({ length: 17 }, (_, n) => `${n + 4}`))
  expect(performance.now() - started).toBeLessThan(15_000) // of the 30 s after which the broker would have tried by itself
})

it("a handler slower than the broker's patience gets its event once, and so do those behind it", async () => {
  const durable = await fresh("slow", { ack_wait: 600 })
  const seen: Array<string> = []
  const subscription = await subscribe({
    broker,
    durable,
    types: ["session.*"],
    handler: async ({ streamVersion }, { deliveries }) => {
      if (streamVersion === 1) await new Promise((resolve) => setTimeout(resolve, 2_000))
      seen.push(`${streamVersion}, delivery ${deliveries}`)
    }
  })
  await publish("slow", "session.opened", opened)
  await publish("slow", "session.activated", reason)
  await settled(on, durable)
  await subscription.stop()
  expect(seen).toEqual(["1, delivery 1", "2, delivery 1"])
})

it("waits for what was delivered to a process that is gone, since it comes before what is new", async () => {
  const durable = await fresh("crashed", { ack_wait: 1_500 })
  await publish("crashed", "session.opened", opened)
  const gone = await on.manager.jetstream().consumers.get("EVENTS", durable)
  expect((await gone.next())?.redelivered).toBe(false)
  const seen: Array<string> = []
  const handler = ({ streamVersion }: SluiceEvent, { deliveries }: { readonly deliveries: number }) =>
    void seen.push(`${streamVersion}, delivery ${deliveries}`)
  await publish("crashed", "session.activated", reason)
  const subscription = await subscribe({ broker, durable, types: ["session.*"], handler })
  await settled(on, durable)
  await subscription.stop()
  expect(seen).toEqual(["1, delivery 2", "2, delivery 1"])
})

it("streams of one name in two tenants are two: an operator's durable may hold both", async () => {
  const durable = await fresh("tenants")
  const seen: Array<string> = []
  const subscription = await subscribe({
    broker,
    durable,
    types: ["session.*"],
    handler: ({ tenant, streamVersion }) => void seen.push(`${tenant}@${streamVersion}`)
  })
  await publish("shared", "session.opened", opened, 1)
  await publish("shared", "session.opened", opened, 1, "globex")
  await settled(on, durable)
  await subscription.stop()
  expect(seen).toEqual(["acme@1", "globex@1"])
})

it("leaves nothing behind on a connection and a signal of one's own", async () => {
  const durable = await fresh("tidy")
  const { signal } = new AbortController()
  const status = vi.spyOn(on.connection, "status")
  for (let n = 0; n < 2; n++) {
    const subscription = await subscribe({ broker, durable, types: ["*"], handler: () => {}, signal })
    await subscription.stop()
    expect(await subscription.closed).toBeUndefined()
  }
  expect(getEventListeners(signal, "abort")).toEqual([])
  const heard = status.mock.results.map(({ value }) => (value as { readonly done?: boolean }).done)
  expect(heard).toEqual([true, true])
})
