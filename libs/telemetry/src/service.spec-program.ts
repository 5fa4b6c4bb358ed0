import { Data, Effect, Redacted } from "effect"
import { runService } from "./service.ts"

class WorkFailed extends Data.TaggedError("WorkFailed")<{ readonly message: string }> {}

/** A service for the spec: `PLAN` says what its work does, `SILENT` that one of its checks never answers. */
const plans = {
  works: Effect.never,
  fails: Effect.fail(new WorkFailed({ message: "the work failed" })),
  dies: Effect.die(new Error("a bug in the work")),
  ends: Effect.void,
  rejects: Effect.andThen(
    Effect.sync(() => void Promise.reject(new Error("nobody waited for this"))),
    Effect.never
  )
}

runService({
  name: "specimen",
  fields: {},
  run: (config, ops) =>
    Effect.gen(function* () {
      yield* Effect.addFinalizer(() => Effect.andThen(Effect.sleep("50 millis"), Effect.logInfo("drained")))
      yield* Effect.logInfo("connecting", {
        DATABASE_URL: Redacted.value(config.DATABASE_URL),
        headers: { authorization: "Bearer hush" }
      })
      let asked = 0
      ops.check(
        "work",
        Effect.sync(() => ({ ok: process.env.PLAN !== "works" || asked++ > 0, detail: asked }))
      )
      ops.check("silent", process.env.SILENT === undefined ? Effect.succeed({ ok: true }) : Effect.never)
      ops.ready(yield* ops.serve)
      return yield* plans[process.env.PLAN as keyof typeof plans]
    })
})
