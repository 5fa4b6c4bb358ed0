import { expect, it } from "vitest"
import type { SluiceEvent } from "./event.types.ts"
import type { SubscriptionProblem } from "./subscription.options.ts"
import { events, eventually, settled } from "./subscription.spec-support.ts"
import { subscribe } from "./subscription.subscribe.ts"

const on = await events()
const { publish, server } = on
const opened = { role: "pm", taskId: null, metadata: {} }
const place = ({ subject, streamVersion }: SluiceEvent) => `${subject}@${streamVersion}`
const update = (id: string, n: number) => publish(id, "session.updated", { metadata: { n } })

it("comes back after the broker was killed: what was being handled is done, and nothing is missed or handled twice", async () => {
  await on.addDurable("killed", { deliver_policy: "new", ack_wait: 2_000 })
  const seen: Array<string> = []
  let proceed = () => {}
  const gate = new Promise<void>((resolve) => {
    proceed = resolve
  })
  const subscription = await subscribe({
    broker: { servers: server.url, connect: { reconnectTimeWait: 50 } },
    durable: "killed",
    types: ["session.*"],
    handler: async (event) => {
      if (seen.length === 3) await gate
      seen.push(place(event))
    },
    onProblem: () => undefined
  })
  await publish("killed", "session.opened", opened)
  for (let n = 0; n < 9; n++) await update("killed", n)
  await eventually("the fourth is being handled", () => seen.length === 3)
  await server.kill()
  proceed()
  await eventually("what was in hand is handled without a broker", () => seen.length === 10)
  await server.start()
  await eventually("the publisher is back", () =>
    on.connection.rtt().then(
      () => true,
      () => false
    )
  )
  for (let n = 10; n < 20; n++) await update("killed", n)
  await settled(on, "killed")
  await subscription.stop()
  expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => `session-killed@${n + 1}`))
})

it("goes on when the broker has lost everything and is given it again", async () => {
  await on.addDurable("wiped", { deliver_policy: "new" })
  const seen: Array<string> = []
  const problems: Array<SubscriptionProblem> = []
  const subscription = await subscribe({
    broker: { servers: server.url, connect: { reconnectTimeWait: 50 } },
    durable: "wiped",
    types: ["session.*"],
    handler: (event) => void seen.push(place(event)),
    onProblem: (problem) => void problems.push(problem)
  })
  await publish("wiped", "session.opened", opened)
  await update("wiped", 2)
  await settled(on, "wiped")
  await server.stop()
  server.wipeStore()
  await server.start()
  await eventually("the publisher is back", () =>
    on.connection.rtt().then(
      () => true,
      () => false
    )
  )
  const said = () =>
    problems.filter((problem) => problem.kind === "broker" && /no durable wiped/.test(`${problem.error}`))
  await eventually("it is said that the durable is gone", () => said().length > 0)
  let looks = 0
  const looking = on.connection.subscribe("$JS.API.CONSUMER.INFO.EVENTS.wiped", { callback: () => void looks++ })
  await eventually("it is looked for again and again", () => looks >= 3)
  looking.unsubscribe()
  await on.manager.streams.add({ name: "EVENTS", subjects: ["evt.>"] })
  await on.addDurable("wiped")
  await publish("wiped", "session.opened", opened, 1)
  for (let n = 2; n < 5; n++) await publish("wiped", "session.updated", { metadata: { n } }, n)
  await eventually("what is new arrives", () => seen.length === 4)
  await settled(on, "wiped")
  await subscription.stop()
  expect(seen).toEqual([1, 2, 3, 4].map((version) => `session-wiped@${version}`))
  expect(said()).toHaveLength(1)
})

it("ends with an error when its connection is closed for good, and stops without a broker", async () => {
  await on.addDurable("closed", { deliver_policy: "new" })
  const options = { durable: "closed", types: ["*"], handler: () => {}, onProblem: () => undefined } as const
  const { connect } = await import("@nats-io/transport-node")
  const connection = await connect({ servers: server.url })
  const closing = await subscribe({ ...options, broker: { connection } })
  await connection.close()
  expect(await closing.closed).toBeInstanceOf(Error)
  const stopping = await subscribe({ ...options, broker: { servers: server.url } })
  await server.stop()
  await stopping.stop()
  expect(await stopping.closed).toBeUndefined()
  await server.start()
})
