import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { PositiveInt, readConfig, serviceFields, TrueOrFalse, withDefault } from "./index.ts"

const good = { DATABASE_URL: "postgres://u:hush@h/d", NATS_URL: "nats://a:4222,nats://b:4222" }

describe("readConfig", () => {
  it.effect("fills defaults and hides secrets", () =>
    Effect.gen(function* () {
      const config = yield* readConfig({ ...serviceFields, QUEUE: withDefault(PositiveInt, "4096") }, good)
      assert.strictEqual(config.HTTP_PORT, 0)
      assert.strictEqual(config.QUEUE, 4096)
      assert.strictEqual(Redacted.value(config.DATABASE_URL), good.DATABASE_URL)
      assert.notInclude(JSON.stringify(config), "hush")
    })
  )

  it.effect("names every bad variable at once and shows no value", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        readConfig(serviceFields, {
          DATABASE_URL: "mysql://u:hush@h",
          HTTP_PORT: "99999",
          LOG_LEVEL: "loud",
          NATS_URL: " "
        })
      )
      assert.deepStrictEqual(error.problems.map((one) => one.variable).sort(), [
        "DATABASE_URL",
        "HTTP_PORT",
        "LOG_LEVEL",
        "NATS_URL"
      ])
      assert.include(error.message, "NATS_URL: is not set")
      assert.include(error.message, "must be a port")
      assert.notInclude(error.message, "hush")
    })
  )

  it.effect("takes true and false for what is on or off, and nothing else", () =>
    Effect.gen(function* () {
      const fields = { ON: withDefault(TrueOrFalse, "false") }
      assert.deepStrictEqual(yield* readConfig(fields, { ON: "true" }), { ON: true })
      assert.deepStrictEqual(yield* readConfig(fields, { ON: "false" }), { ON: false })
      assert.deepStrictEqual(yield* readConfig(fields, {}), { ON: false })
      assert.strictEqual((yield* Effect.flip(readConfig(fields, { ON: "1" }))).problems.length, 1)
    })
  )
})
