import { Writable } from "node:stream"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loggerLayer, makePino, type PinoLevel } from "./logger.ts"

/** What a program logs at a level, as JSON. */
const logged = (program: Effect.Effect<unknown>, level: PinoLevel = "trace") =>
  Effect.gen(function* () {
    let text = ""
    const sink = new Writable({
      write: (chunk, _, done) => {
        text += chunk
        done()
      }
    })
    yield* Effect.provide(program, loggerLayer(makePino("spec", "spec-1", level, sink)))
    return text
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  })

describe("the logger", () => {
  it.effect("puts words in msg, objects and annotations in fields, an error in err", () =>
    Effect.gen(function* () {
      const [line] = yield* logged(
        Effect.logWarning("could not", { tries: 3 }, "do it", new Error("no disk")).pipe(
          Effect.annotateLogs("trace_id", "ab")
        )
      )
      assert.deepInclude(line, { level: "warn", service: "spec", instance: "spec-1", msg: "could not do it", tries: 3 })
      assert.strictEqual(line?.trace_id, "ab")
      assert.deepInclude(line?.err, { type: "Error", message: "no disk" })
      assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    })
  )

  it.effect("shows the trace of a span, and the cause of a failure", () =>
    Effect.gen(function* () {
      const failing = Effect.die(new Error("lost")).pipe(
        Effect.catchCause((cause) => Effect.logError("failed", cause)),
        Effect.withSpan("work")
      )
      const [line] = yield* logged(failing)
      assert.match(String(line?.trace_id), /^[0-9a-f]{32}$/)
      assert.deepInclude(line?.err, { message: "lost" })
    })
  )

  it.effect("hides secrets, also two levels down, and keeps what is beside them", () =>
    Effect.gen(function* () {
      const secret = {
        authorization: "Bearer hush",
        token: "hush",
        password: "hush",
        secret: "hush",
        DATABASE_URL: "hush"
      }
      const request = { ...secret, path: "/v1", headers: { ...secret, accept: "*/*" } }
      const [line] = yield* logged(Effect.logInfo("request", { ...secret, request }))
      assert.notInclude(JSON.stringify(line), "hush")
      assert.nestedPropertyVal(line, "request.path", "/v1")
      assert.nestedPropertyVal(line, "request.headers.accept", "*/*")
    })
  )

  it.effect("writes what its level lets through", () =>
    Effect.gen(function* () {
      const everything = Effect.all([
        Effect.logTrace("1"),
        Effect.logDebug("2"),
        Effect.logInfo("3"),
        Effect.logWarning("4"),
        Effect.logError("5"),
        Effect.logFatal("6")
      ])
      const messages = (level: PinoLevel) =>
        Effect.map(logged(everything, level), (lines) => lines.map(({ msg }) => msg))
      assert.deepStrictEqual(yield* messages("trace"), ["1", "2", "3", "4", "5", "6"])
      assert.deepStrictEqual(yield* messages("warn"), ["4", "5", "6"])
    })
  )
})
