import { once } from "node:events"
import { createServer, IncomingMessage, request, ServerResponse } from "node:http"
import { type AddressInfo, Socket } from "node:net"
import { Effect } from "effect"
import { expect, it, onTestFinished } from "vitest"
import { FeedReader } from "./events.reader.ts"

it("a reader that has taken what it was offered before anybody waits for that is not waited for", async () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  response.write = () => false // full, and drained before the next turn: `writableNeedDrain` is false
  const reader = new FeedReader(response, { tenant: "acme", filter: {}, position: 0 }, 1_000_000)
  await Effect.runPromise(reader.offer(Buffer.from("x"), 1))
  expect(reader.position).toBe(1)
})

it("a reader that never takes its last words loses its connection, so that nothing of it stays", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
  const asked = once(server, "request") as Promise<[IncomingMessage, ServerResponse]>
  const client = request({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }).end()
  client.on("error", () => {}).on("response", (answer) => void answer.pause())
  onTestFinished(() => void client.destroy())
  const [, response] = await asked
  const reader = new FeedReader(response, { tenant: "acme", filter: {}, position: 0 }, 1_000_000)
  reader.push(Buffer.alloc(16_000_000, "x"), 1)
  reader.finish("sluice.cut-off")
  expect([response.writableEnded, response.destroyed]).toEqual([true, false])
  await once(response, "close")
  expect(response.writableFinished).toBe(false)
})
