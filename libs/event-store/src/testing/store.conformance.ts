import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { v7 } from "uuid"
import { type AppendCommand, EventStore } from "../store.port.ts"
import { append, key, newStream } from "./store.builders.ts"

const tags = (batch: ReadonlyArray<AppendCommand>) =>
  EventStore.use((store) => store.append(batch)).pipe(Effect.map((outcomes) => outcomes.map(({ _tag }) => _tag)))

const versions = (streamId: string, tenant = "acme") =>
  EventStore.use((store) => store.load([{ tenant, streamId, foldVersion: 1, after: 0 }])).pipe(
    Effect.map(([loaded]) => loaded?.events.map(({ version }) => version))
  )

/** What every event store promises. Bind it with the layer of one: `storeConformance(memoryStoreLayer)`. */
export const storeConformance = <E>(layer: Layer.Layer<EventStore, E>): void => {
  it.layer(layer, { excludeTestServices: true })("an event store", (it) => {
    it.effect("appends to a new stream and gives back what it took", () =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const stream = newStream()
        const command = append([[stream, 0, 2]])
        const [outcome] = yield* store.append([command])
        assert.strictEqual(outcome?._tag, "appended")
        const [loaded] = yield* store.load([{ tenant: "acme", streamId: stream, foldVersion: 1, after: 0 }])
        assert.strictEqual(loaded?.snapshot, null)
        const recordedAt = outcome?._tag === "appended" ? outcome.recordedAt : ""
        assert.match(recordedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        assert.deepStrictEqual(
          loaded?.events,
          command.events.map(({ type, schemaVersion, data, metadata }, index) => ({
            version: index + 1,
            type,
            schemaVersion,
            data,
            actor: metadata.actor,
            recordedAt
          }))
        )
      })
    )

    it.effect("refuses a stale command and leaves its neighbours alone", () =>
      Effect.gen(function* () {
        const [a, b, c] = [newStream(), newStream(), newStream()]
        yield* tags([append([[b, 0, 1]])])
        const outcomes = yield* tags([append([[a, 0, 1]]), append([[b, 0, 1]]), append([[c, 0, 1]])])
        assert.deepStrictEqual(outcomes, ["appended", "conflict", "appended"])
        assert.deepStrictEqual([yield* versions(a), yield* versions(b), yield* versions(c)], [[1], [1], [1]])
      })
    )

    it.effect("lets a later command of a batch stand on an earlier one", () =>
      Effect.gen(function* () {
        const stream = newStream()
        assert.deepStrictEqual(yield* tags([append([[stream, 0, 2]]), append([[stream, 2, 3]])]), [
          "appended",
          "appended"
        ])
        assert.deepStrictEqual(yield* versions(stream), [1, 2, 3, 4, 5])
      })
    )

    it.effect("lets it fall with the earlier one, even when the version would fit", () =>
      Effect.gen(function* () {
        const stream = newStream()
        yield* tags([append([[stream, 0, 2]])])
        // The first expected 0 and would have made 2; somebody else has made 2.
        assert.deepStrictEqual(yield* tags([append([[stream, 0, 2]]), append([[stream, 2, 3]])]), [
          "conflict",
          "conflict"
        ])
        assert.deepStrictEqual(yield* versions(stream), [1, 2])
      })
    )

    it.effect("appends to several streams, all or nothing", () =>
      Effect.gen(function* () {
        const [a, b, c] = [newStream(), newStream(), newStream()]
        yield* tags([append([[b, 0, 1]])])
        const both = append([
          [a, 0, 1],
          [b, 0, 1]
        ])
        assert.deepStrictEqual(yield* tags([both]), ["conflict"])
        assert.deepStrictEqual(yield* versions(a), [])
        const right = append([
          [a, 0, 1],
          [b, 1, 2],
          [c, 0, 1]
        ])
        assert.deepStrictEqual(yield* tags([right]), ["appended"])
        assert.deepStrictEqual([yield* versions(a), yield* versions(b), yield* versions(c)], [[1], [1, 2, 3], [1]])
      })
    )

    it.effect("confirms or refuses a guard without storing anything", () =>
      Effect.gen(function* () {
        const stream = newStream()
        assert.deepStrictEqual(yield* tags([append([[stream, 0, 0]])]), ["appended"])
        yield* tags([append([[stream, 0, 1]])])
        assert.deepStrictEqual(yield* tags([append([[stream, 1, 0]]), append([[stream, 0, 0]])]), [
          "appended",
          "conflict"
        ])
        assert.deepStrictEqual(yield* versions(stream), [1])
      })
    )

    it.effect("has one effect per key and answers a repeat with it", () =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const stream = newStream()
        const name = v7()
        const first = append([[stream, 0, 2]], { keys: [key(name)] })
        yield* store.append([first])
        const repeat = append([[newStream(), 0, 2]], { keys: [key(name)] })
        assert.deepStrictEqual(yield* store.append([repeat]), [
          { _tag: "replayed", key: 0, streamId: stream, version: 2, commandId: first.commandId }
        ])
        const other = append([[newStream(), 0, 2]], { keys: [key(name, "another payload")] })
        assert.deepStrictEqual(yield* store.append([other]), [{ _tag: "key-reused", key: 0 }])
        assert.deepStrictEqual(yield* tags([append([[newStream(), 0, 1]], { tenant: "other", keys: [key(name)] })]), [
          "appended"
        ])
      })
    )

    it.effect("keeps no key of a refused command", () =>
      Effect.gen(function* () {
        const stream = newStream()
        const keys = [key(v7())]
        yield* tags([append([[stream, 0, 1]])])
        assert.deepStrictEqual(yield* tags([append([[stream, 0, 1]], { keys })]), ["conflict"])
        assert.deepStrictEqual(yield* tags([append([[stream, 1, 1]], { keys })]), ["appended"])
      })
    )

    it.effect("only looks keys up for a refusal", () =>
      Effect.gen(function* () {
        const stream = newStream()
        const keys = [key(v7())]
        assert.deepStrictEqual(yield* tags([append([[stream, 0, 0]], { keys, probe: true })]), ["appended"])
        assert.deepStrictEqual(yield* tags([append([[stream, 0, 1]], { keys })]), ["appended"])
        assert.deepStrictEqual(yield* tags([append([[stream, 1, 0]], { keys, probe: true })]), ["replayed"])
      })
    )

    it.effect("takes several keys: any of them finds the effect again", () =>
      Effect.gen(function* () {
        const stream = newStream()
        const [own, natural] = [key(v7()), key(v7(), "content", null)]
        yield* tags([append([[stream, 0, 1]], { keys: [own, natural] })])
        const store = yield* EventStore
        const [again] = yield* store.append([append([[stream, 1, 1]], { keys: [key(v7()), natural] })])
        assert.strictEqual(again?._tag === "replayed" && again.key, 1)
        assert.deepStrictEqual(yield* versions(stream), [1])
      })
    )

    it.effect("forgets a key when its time is over, and sweeps it away", () =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const stream = newStream()
        const short = [key(v7(), "one", 0)]
        yield* tags([append([[stream, 0, 1]], { keys: short })])
        assert.deepStrictEqual(yield* tags([append([[stream, 1, 1]], { keys: short })]), ["appended"])
        assert.isAtLeast(yield* store.sweepKeys(1000), 1)
        assert.strictEqual(yield* store.sweepKeys(1000), 0)
      })
    )

    it.effect("keeps tenants apart", () =>
      Effect.gen(function* () {
        const stream = newStream()
        yield* tags([append([[stream, 0, 2]])])
        assert.deepStrictEqual(yield* tags([append([[stream, 0, 1]], { tenant: "other" })]), ["appended"])
        assert.deepStrictEqual([yield* versions(stream), yield* versions(stream, "other")], [[1, 2], [1]])
      })
    )

    it.effect("loads from the newest snapshot of the fold version asked for", () =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const streamId = newStream()
        yield* tags([append([[streamId, 0, 5]])])
        const save = (version: number, foldVersion: number) =>
          store.saveSnapshot({ tenant: "acme", streamId, version, foldVersion, state: { at: version } })
        yield* save(4, 1)
        yield* save(3, 1)
        const load = (foldVersion: number, after = 0) =>
          Effect.map(store.load([{ tenant: "acme", streamId, foldVersion, after }]), ([loaded]) => ({
            snapshot: loaded?.snapshot,
            events: loaded?.events.map(({ version }) => version)
          }))
        assert.deepStrictEqual(yield* load(1), { snapshot: { version: 4, state: { at: 4 } }, events: [5] })
        assert.deepStrictEqual(yield* load(2), { snapshot: null, events: [1, 2, 3, 4, 5] })
        assert.deepStrictEqual(yield* load(1, 2), { snapshot: null, events: [3, 4, 5] })
      })
    )

    it.effect("gives the whole log in order, up to the horizon", () =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const before = yield* store.horizon
        const [a, b] = [newStream(), newStream()]
        yield* tags([append([[a, 0, 2]]), append([[b, 0, 1]])])
        yield* tags([append([[a, 2, 1]])])
        const upTo = yield* store.horizon
        const all = yield* store.readAll({ after: before, upTo, limit: 100 })
        assert.deepStrictEqual(
          all.map(({ streamId, version }) => [streamId, version]),
          [
            [a, 1],
            [a, 2],
            [b, 1],
            [a, 3]
          ]
        )
        const page = yield* store.readAll({ after: all[0]?.position as number, upTo, limit: 2 })
        assert.deepStrictEqual(page, all.slice(1, 3))
      })
    )
  })
}
