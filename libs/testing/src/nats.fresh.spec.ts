import { connect } from "node:net"
import { expect, it } from "vitest"
import { testNats } from "./nats.fresh.ts"

const first = await testNats()
const second = await testNats()

const greeting = (port: number): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }).once("error", reject)
    socket.once("data", (data) => {
      socket.destroy()
      resolve(JSON.parse(data.toString().split("\r\n", 1)[0]?.slice("INFO ".length) ?? ""))
    })
  })

it("is a server of its own with JetStream", async () => {
  const [one, other] = await Promise.all([greeting(first.port), greeting(second.port)])
  expect(one).toMatchObject({ jetstream: true, port: first.port })
  expect(one.server_id).not.toBe(other.server_id)
})
