import { assert, describe, it } from "@effect/vitest"
import { AckPolicy } from "@nats-io/jetstream"
import { testNats } from "@sluice/testing"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { declaredConsumer, declaredStream } from "./declared.ts"
import { consumerInfo, ensureConsumer, recreateConsumer } from "./nats.consumers.ts"
import { Nats } from "./nats.service.ts"
import { ensureStream, messageAt, messageIdAt, streamState } from "./nats.streams.ts"
import { type Publishable, PublishWindow } from "./publish-window.ts"

const server = await testNats()
const layer = Nats.layer({ url: server.url, name: "messaging-spec" })
const declared = declaredStream("EVENTS")

const until = (condition: () => boolean) =>
  Effect.promise(async () => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
  })

const message = (number: number): Publishable => ({
  eventId: `foreign-${number}`,
  subject: "evt.t.session.opened.1",
  payload: Buffer.from(`{"n":${number}}`)
})

const freshStream = Effect.gen(function* () {
  const nats = yield* Nats
  yield* nats.connection
  yield* Effect.ignore(nats.request((manager) => manager.streams.delete("EVENTS")))
  return yield* ensureStream(declared)
})

/** Publishes and answers what was acknowledged, in order, and why the line stopped. */
const publish = (last: number, messages: ReadonlyArray<Publishable>, size?: number) =>
  Effect.gen(function* () {
    const nc = yield* (yield* Nats).connection
    const acknowledged: Array<string> = []
    const duplicates: Array<string> = []
    let stopped: string | undefined
    const window = new PublishWindow<Publishable>(nc, last, {
      contentType: "text/plain",
      ...(size === undefined ? {} : { size }),
      onAcknowledged: (one, _sequence, duplicate) => (duplicate ? duplicates : acknowledged).push(one.eventId),
      onStop: (reason) => {
        stopped ??= reason
      }
    })
    yield* Effect.promise(() => window.send(messages))
    yield* Effect.promise(() => window.settle(5_000))
    const reason = stopped
    window.close()
    return { acknowledged, duplicates, reason }
  })

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `foreign-${from + index}`)
const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index))

describe("streams and consumers as declared", () => {
  it.live("are made once, brought to their settings, and found as they are", () =>
    Effect.gen(function* () {
      yield* freshStream
      const changed = yield* ensureStream({ ...declared, max_bytes: 1_000_000 })
      const again = yield* ensureStream(declared)
      assert.strictEqual(again.created, changed.created)
      const config = yield* (yield* Nats).request((manager) => manager.streams.info("EVENTS"))
      assert.strictEqual(config.config.max_bytes, declared.max_bytes)
      assert.strictEqual(config.config.discard, "new")
      assert.strictEqual(config.config.duplicate_window, 30_000_000_000)

      const projector = declaredConsumer("projector")
      assert.isUndefined(yield* consumerInfo(projector.stream, "projector"))
      yield* ensureConsumer(projector.stream, projector.config)
      const updated = yield* ensureConsumer(projector.stream, { ...projector.config, max_ack_pending: 7 })
      assert.strictEqual(updated.config.max_ack_pending, 7)
      assert.strictEqual(updated.config.ack_policy, AckPolicy.All)
      yield* publish(0, messages(1, 5))
      const moved = yield* recreateConsumer(projector.stream, projector.config, 4)
      assert.strictEqual(moved.num_pending, 2)
    }).pipe(Effect.provide(layer))
  )

  it.live("tells of a stream or message that is not there", () =>
    Effect.gen(function* () {
      yield* (yield* Nats).connection
      assert.isUndefined(yield* streamState("NOTHING"))
      yield* freshStream
      yield* publish(0, messages(1, 2))
      assert.strictEqual(yield* messageIdAt("EVENTS", 2), "foreign-2")
      assert.strictEqual(new TextDecoder().decode((yield* messageAt("EVENTS", 1))?.data), '{"n":1}')
      assert.isUndefined(yield* messageAt("EVENTS", 3))
    }).pipe(Effect.provide(layer))
  )
})

describe("ensureStream", () => {
  it.live("updates nothing that is as declared: an update would change the creation time at the next restart", () =>
    Effect.gen(function* () {
      const nats = yield* Nats
      const { created } = yield* freshStream
      for (let restart = 1; restart <= 2; restart++) {
        yield* Effect.promise(() => server.stop().then(() => server.start()))
        yield* until(() => nats.connects() > restart)
        assert.strictEqual((yield* ensureStream(declared)).created, created)
      }
    }).pipe(Effect.provide(layer))
  )
})

describe("PublishWindow", () => {
  it.live("keeps the order through a window smaller than what is sent", () =>
    Effect.gen(function* () {
      yield* freshStream
      const { acknowledged, reason } = yield* publish(0, messages(1, 1_000), 16)
      assert.isUndefined(reason)
      assert.deepStrictEqual(acknowledged, ids(1, 1_000))
      assert.strictEqual(yield* messageIdAt("EVENTS", 777), "foreign-777")
    }).pipe(Effect.provide(layer))
  )

  it.live("stops and stores nothing when somebody else has published in between", () =>
    Effect.gen(function* () {
      yield* freshStream
      yield* publish(0, messages(1, 3))
      const { acknowledged, reason } = yield* publish(2, messages(10, 40))
      assert.deepStrictEqual(acknowledged, [])
      assert.include(reason, "sequence")
      assert.strictEqual((yield* streamState("EVENTS"))?.last, 3)
    }).pipe(Effect.provide(layer))
  )

  it.live("takes a duplicate for acknowledged and stops", () =>
    Effect.gen(function* () {
      yield* freshStream
      yield* publish(0, messages(1, 3))
      const { acknowledged, duplicates, reason } = yield* publish(3, messages(2, 5))
      assert.deepStrictEqual(duplicates, ids(2, 3))
      assert.deepStrictEqual(acknowledged, [])
      assert.include(reason, "already")
      assert.strictEqual((yield* streamState("EVENTS"))?.last, 3)
    }).pipe(Effect.provide(layer))
  )

  it.live("stops when no stream takes the subject", () =>
    Effect.gen(function* () {
      yield* freshStream
      const { reason } = yield* publish(0, [{ ...message(1), subject: "elsewhere" }])
      assert.isDefined(reason)
    }).pipe(Effect.provide(layer))
  )
})

describe("the connection", () => {
  it.live("is made when the broker comes, survives its restart, and hears wake-ups after it", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => server.stop())
      yield* Effect.gen(function* () {
        const nats = yield* Nats
        let woken = 0
        let lost = 0
        nats.onLoss(() => {
          lost += 1
        })
        yield* nats.onWake("wake", () => {
          woken += 1
        })
        nats.wake("wake")
        const refused = yield* Effect.flip(streamState("EVENTS"))
        assert.include(refused.message, "away")
        const waiting = yield* Effect.forkChild(nats.connection)
        yield* Effect.promise(() => server.start())
        yield* Fiber.join(waiting)
        assert.strictEqual(nats.connects(), 1)
        yield* Effect.promise(() => server.kill())
        yield* until(() => !nats.isConnected())
        assert.strictEqual(lost, 1)
        yield* Effect.promise(() => server.start())
        yield* until(() => nats.isConnected())
        assert.strictEqual(nats.connects(), 2)
        assert.strictEqual(woken, 0)
        while (woken === 0) {
          nats.wake("wake")
          yield* Effect.sleep("5 millis")
        }
      }).pipe(Effect.scoped, Effect.provide(layer))
    })
  )

  it.live("can be given up while the broker is away", () =>
    Effect.gen(function* () {
      const built = yield* Deferred.make<void>()
      const elsewhere = Nats.layer({ url: "nats://127.0.0.1:1", name: "nobody" })
      yield* Effect.scoped(Layer.build(elsewhere).pipe(Effect.andThen(Deferred.succeed(built, undefined))))
      yield* Deferred.await(built)
    })
  )
})
