import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import { eventually, relayWorld } from "./relay.spec-support.ts"

const world = await relayWorld()
const children: Array<ChildProcess> = []
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
})

type Line = { readonly msg: string; readonly url?: string; readonly [field: string]: unknown }

/** A relay as its own process, with what it has logged so far. */
const startRelay = (instance: string, env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("main.ts", import.meta.url))], {
    env: {
      PATH: process.env.PATH ?? "",
      DATABASE_URL: world.relayUrl,
      NATS_URL: world.nats.url,
      INSTANCE_ID: instance,
      ...env
    },
    stdio: ["ignore", "pipe", "inherit"]
  })
  children.push(child)
  const lines: Array<Line> = []
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)))
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve))
  const said = (msg: string) => eventually(Effect.sync(() => lines.some((line) => line.msg === msg)))
  const url = () => lines.find((line) => line.msg === "ready")?.url
  return { child, lines, exited, said, url }
}

const owner = async () => (await world.admin`select owner from sluice.leases where name = 'outbox-relay'`)[0]?.owner

const inOrder = Effect.gen(function* () {
  yield* world.drained
  assert.deepStrictEqual(yield* world.firstOccurrences, yield* Effect.promise(world.eventIds))
})

describe("two relays", () => {
  it.live(
    "hand over on SIGTERM, on SIGKILL, and when the leader is paused and wakes up",
    () =>
      Effect.gen(function* () {
        const one = startRelay("one")
        yield* one.said("Publishing")
        const two = startRelay("two")
        yield* two.said("ready")
        yield* Effect.promise(() => world.appendEvents(100))
        yield* world.drained
        const health = yield* Effect.promise(() => fetch(`${two.url()}/readyz`).then((answer) => answer.json()))
        assert.deepStrictEqual(health, { status: "ready", checks: { relay: { ok: true, detail: "standby" } } })

        // Paused in the middle of its work; it believes in its lease when it wakes up.
        const paused = world.appendEvents(3_000)
        yield* world.hasMessages(300)
        one.child.kill("SIGSTOP")
        yield* Effect.promise(() => paused)
        yield* two.said("Publishing")
        yield* Effect.promise(() => world.appendEvents(100))
        yield* world.drained
        one.child.kill("SIGCONT")
        yield* Effect.promise(() => world.appendEvents(500))
        yield* one.said("The lease is lost")
        yield* inOrder
        assert.strictEqual(yield* Effect.promise(owner), "two")
        const ids = (yield* world.stored).map((message) => message.eventId)
        assert.strictEqual(ids.length, new Set(ids).size, "the paused leader has published nothing twice")

        two.child.kill("SIGKILL")
        yield* eventually(Effect.promise(async () => (await owner()) === "one"))
        yield* Effect.promise(() => world.appendEvents(100))
        yield* inOrder

        const metrics = yield* Effect.promise(() => fetch(`${one.url()}/metrics`).then((answer) => answer.text()))
        assert.match(metrics, /^sluice_outbox_depth 0$/m)
        assert.match(metrics, /^sluice_relay_incarnation 1$/m)
        assert.match(metrics, /^sluice_relay_published_total [1-9]/m)
        assert.match(metrics, /^sluice_lease_owner\{lease="outbox-relay"\} 1$/m)

        const three = startRelay("three")
        yield* three.said("ready")
        one.child.kill("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => one.exited), 0)
        yield* three.said("Publishing")
        yield* Effect.promise(() => world.appendEvents(10))
        yield* inOrder
        three.child.kill("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => three.exited), 0)
      }).pipe(Effect.provide(world.services)),
    60_000
  )
})

describe("the process", () => {
  it.live("names every bad variable and exits 1", () =>
    Effect.gen(function* () {
      const relay = startRelay("bad", { DATABASE_URL: "mysql://x", EVENTS_REPLICAS: "none", NATS_URL: "" })
      assert.strictEqual(yield* Effect.promise(() => relay.exited), 1)
      const text = JSON.stringify(relay.lines)
      for (const name of ["DATABASE_URL", "EVENTS_REPLICAS", "NATS_URL"]) assert.include(text, name)
    })
  )

  it.live("starts without the broker, is not ready, and works when it comes", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => world.nats.stop())
      const relay = startRelay("early")
      yield* relay.said("Not publishing")
      assert.strictEqual(
        yield* Effect.promise(() => fetch(`${relay.url()}/readyz`).then((answer) => answer.status)),
        503
      )
      yield* Effect.promise(() => world.appendEvents(10))
      yield* Effect.promise(() => world.nats.start())
      yield* inOrder
      assert.strictEqual(
        yield* Effect.promise(() => fetch(`${relay.url()}/readyz`).then((answer) => answer.status)),
        200
      )
      relay.child.kill("SIGTERM")
      assert.strictEqual(yield* Effect.promise(() => relay.exited), 0)
    }).pipe(Effect.provide(world.services))
  )
})
