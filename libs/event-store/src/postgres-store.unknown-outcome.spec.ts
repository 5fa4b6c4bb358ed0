import { assert, it } from "@effect/vitest"
import { Postgres } from "@sluice/postgres"
import { testDatabase } from "@sluice/testing"
import { Effect, Layer, Redacted } from "effect"
import { v7 } from "uuid"
import { CommandBus } from "./command-bus.port.ts"
import { commandBusLayer } from "./command-bus.ts"
import { postgresStoreLayer } from "./postgres-store.ts"
import { openSession } from "./testing/bus.builders.ts"
import { startCuttingProxy } from "./testing/cutting-proxy.ts"
import { key } from "./testing/store.builders.ts"

const database = await testDatabase()
const url = new URL(database.adminUrl)
const proxy = await startCuttingProxy(Number(url.port))
url.port = String(proxy.port)
const layer = commandBusLayer().pipe(
  Layer.provide(postgresStoreLayer),
  Layer.provide(Postgres.layer({ url: Redacted.make(url.href), applicationName: "unknown-outcome" }))
)

it.layer(layer, { excludeTestServices: true })("an append whose answer is lost", (it) => {
  it.effect.each([
    { with: "the caller's key", keys: [key(v7())] },
    { with: "no key of the caller", keys: [] }
  ])("is found again by its command: done once, answered as done now ($with)", ({ keys }) =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      yield* bus.execute(openSession())
      proxy.dropAnswers(1)
      const id = v7()
      const answer = yield* bus.execute(openSession(id, { keys }))
      assert.deepInclude(answer, { appended: 1 })
      assert.strictEqual(answer.replayed, undefined)
      assert.deepInclude(answer.streams[0], { id, version: 1 })
    })
  )
})
