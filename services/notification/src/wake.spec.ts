import { Effect, Fiber } from "effect"
import { expect, it } from "vitest"
import { makeWake } from "./wake.ts"

it("ends a wait as soon as it rings", async () => {
  const wake = makeWake()
  const waiting = Effect.runPromise(wake.wait(60_000))
  setImmediate(wake.ring)
  expect(await waiting).toBe(1)
})

it("tells of rings that came before the wait, once", async () => {
  const wake = makeWake()
  wake.ring()
  wake.ring()
  expect(await Effect.runPromise(wake.wait(60_000))).toBe(2)
  expect(await Effect.runPromise(wake.wait(1))).toBe(0)
})

it("is heard by the wait after one that was interrupted", async () => {
  const wake = makeWake()
  await Effect.runPromise(Fiber.interrupt(Effect.runFork(wake.wait(60_000))))
  wake.ring()
  expect(await Effect.runPromise(wake.wait(60_000))).toBe(1)
})
