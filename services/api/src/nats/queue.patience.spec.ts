import { Unavailable } from "@sluice/contracts/http/http.errors"
import { Nats } from "@sluice/messaging"
import { testNats } from "@sluice/testing"
import { Effect, Exit, Scope } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { afterAll, expect, it } from "vitest"
import type { GivenBody } from "../http/body.given.ts"
import { refused } from "../http/command.refused.ts"
import { natsCaller } from "../testing/nats.caller.ts"
import { serveNats } from "./nats.doors.ts"
import { DELIVERIES, delayAfter } from "./queue.handle.ts"

/** An app that is away for a command's first deliveries, more of them than a command may fail. */
const AWAY = 2 * DELIVERIES
const calls = new Map<string, number>()
/** How many that came again are being handled, and were whenever one began. */
let beside = 0
const gate = Promise.withResolvers<void>()
const atOnce: Array<number> = []
const app = Effect.gen(function* () {
  const { source } = yield* HttpServerRequest.HttpServerRequest
  const { role } = (source as GivenBody).value as { readonly role: string }
  const count = (calls.get(role) ?? 0) + 1
  calls.set(role, count)
  if (role === "slow") {
    yield* Effect.sleep("2 seconds")
    return HttpServerResponse.text("{}", { status: 404, contentType: "application/problem+json" })
  }
  if (role.startsWith("again")) {
    if (count === 1) {
      yield* Effect.promise(() => gate.promise)
      return HttpServerResponse.text("{}", { status: 500 })
    }
    beside += 1
    atOnce.push(beside)
    yield* Effect.sleep("5 millis")
    beside -= 1
    return HttpServerResponse.text("{}", { status: 201 })
  }
  if (count <= AWAY) return refused(new Unavailable({ what: "The database" }))
  return HttpServerResponse.text("{}", {
    status: role === "refused" ? 404 : 201,
    contentType: "application/problem+json"
  })
})

const broker = await testNats()
const scope = Scope.makeUnsafe()
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
void Effect.runPromise(
  serveNats(app, { queue: { ackWait: 1_000, watchEvery: 100 } }).pipe(
    Effect.andThen(Effect.never),
    Scope.provide(scope),
    Effect.provide(Nats.layer({ url: broker.url, name: "patience spec" }))
  )
).catch(() => {})
const { leave, left, stored, manager } = await natsCaller(broker.url, "token")

it("a queued command waits out whatever is away, and is never taken for poison", { timeout: 60_000 }, async () => {
  const place = await leave("cmdq.acme.session.open", { body: { role: "done" }, headers: { "Idempotency-Key": "a" } })
  const other = await leave("cmdq.acme.session.open", {
    body: { role: "refused" },
    headers: { "Idempotency-Key": "b" }
  })
  expect([place, other]).toEqual([1, 2])
  await expect.poll(left, { timeout: 50_000, interval: 50 }).toBe(0)
  expect([...calls]).toEqual([
    ["done", AWAY + 1],
    ["refused", AWAY + 1]
  ])
  expect((await manager.streams.info("COMMANDS")).state.last_seq).toBeGreaterThan(2)
  expect(await stored("PARKED")).toEqual([])
  const [said, ...more] = await stored("REJECTIONS")
  expect(more).toEqual([])
  expect(said?.headers).toMatchObject({ "sluice-command-sequence": "2", "idempotency-key": "b" })
})

it("a refusal is said once, although the command came twice: after a loss of the broker nothing is acknowledged", {
  timeout: 40_000
}, async () => {
  const before = (await stored("REJECTIONS")).length
  await leave("cmdq.acme.session.open", { body: { role: "slow" }, headers: { "Idempotency-Key": "c" } })
  await expect.poll(() => calls.get("slow"), { timeout: 10_000, interval: 5 }).toBe(1)
  await broker.stop()
  await broker.start()
  await expect.poll(() => left().catch(() => -1), { timeout: 25_000 }).toBe(0)
  expect(calls.get("slow")).toBe(2)
  expect(await stored("REJECTIONS")).toHaveLength(before + 1)
})

it("commands that came before are handled alone, as one of them may be why they come again", {
  timeout: 30_000
}, async () => {
  const send = (role: string) =>
    leave("cmdq.acme.session.open", { body: { role }, headers: { "Idempotency-Key": role } })
  calls.set("warm", AWAY)
  await send("warm")
  await expect.poll(left, { timeout: 10_000 }).toBe(0)
  await Promise.all(Array.from({ length: 60 }, (_, number) => send(`again ${number}`)))
  const begun = () => [...calls.keys()].filter((role) => role.startsWith("again")).length
  await expect.poll(begun, { timeout: 10_000 }).toBe(60)
  gate.resolve()
  await expect.poll(left, { timeout: 20_000, interval: 50 }).toBe(0)
  expect(atOnce).toHaveLength(60)
  // Those that had been asked for before the first of them was seen come together.
  expect(atOnce.slice(-20)).toEqual(Array.from({ length: 20 }, () => 1))
})

it("comes again after a time that grows, and not for ever", () => {
  expect([1, 2, 3, 8, 9, 100].map(delayAfter)).toEqual([200, 400, 800, 25_600, 30_000, 30_000])
})
