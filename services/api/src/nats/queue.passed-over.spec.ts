import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { headers } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { declaredStream, Nats } from "@sluice/messaging"
import { testNats } from "@sluice/testing"
import { Effect, Exit, Scope } from "effect"
import { HttpServerResponse } from "effect/http"
import { expect, it, onTestFinished } from "vitest"
import { serveNats } from "./nats.doors.ts"

it("a command that the broker's durable takes for acknowledged, though it is in the queue, is handled", {
  timeout: 60_000
}, async () => {
  const broker = await testNats()
  const connection = await connect({
    servers: broker.url,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50
  })
  onTestFinished(() => connection.close())
  const manager = await jetstreamManager(connection, { checkAPI: false })
  const left = async (): Promise<number> => (await manager.streams.info("COMMANDS")).state.messages
  let handled = 0
  const app = Effect.sync(() => {
    handled += 1
    return HttpServerResponse.text("{}", { status: 201, contentType: "application/json" })
  })
  const serving = () => {
    const scope = Scope.makeUnsafe()
    void Effect.runPromise(
      serveNats(app, { queue: { watchEvery: 100 } }).pipe(
        Effect.andThen(Effect.never),
        Scope.provide(scope),
        Effect.provide(Nats.layer({ url: broker.url, name: "passed over" }))
      )
    ).catch(() => {})
    return () => Effect.runPromise(Scope.close(scope, Exit.void))
  }

  await manager.streams.add({ ...declaredStream("COMMANDS") })
  const sent = headers()
  sent.set("Idempotency-Key", "k")
  await jetstream(connection).publish("cmdq.acme.session.open", '{"body":{"role":"pm"}}', { headers: sent })
  const messages = join(broker.storeDir, "jetstream/$G/streams/COMMANDS/msgs")
  const copy = join(mkdtempSync(join(tmpdir(), "sluice-msgs-")), "msgs")
  onTestFinished(() => rmSync(join(copy, ".."), { recursive: true }))
  await broker.stop()
  cpSync(messages, copy, { recursive: true })
  await broker.start()
  const stop = serving()
  await expect.poll(left, { timeout: 20_000 }).toBe(0)
  await stop()

  // As after a hard stop: the acknowledgement reached the disk, and that the message went did not.
  await broker.stop()
  rmSync(messages, { recursive: true })
  cpSync(copy, messages, { recursive: true })
  await broker.start()
  const believed = async () => {
    const { ack_floor, num_pending } = await manager.consumers.info("COMMANDS", "commands")
    return [await left(), ack_floor.stream_seq, num_pending, handled]
  }
  await expect.poll(() => believed().catch(String), { timeout: 20_000 }).toEqual([1, 1, 0, 1])
  const stopAgain = serving()
  await expect.poll(left, { timeout: 20_000 }).toBe(0)
  expect(handled).toBe(2)
  await stopAgain()
})
