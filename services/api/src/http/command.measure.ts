import { type Cause, Effect, Exit } from "effect"
import { commandDuration, commandsTotal } from "../api.metrics.ts"
import type { Done } from "./command.run.ts"

type Any = Done<ReadonlyArray<unknown>>

/** Counts a command by its outcome and takes its time. An attempt whose streams did not fit is no command: another one follows. */
export const measured =
  (command: string) =>
  <A extends Any, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const started = performance.now()
      return Effect.onExit(run, (exit) =>
        Effect.sync(() => {
          const outcome = Exit.isSuccess(exit) ? outcomeOf(exit.value) : refusalOf(exit.cause)
          if (outcome === "streams-moved") return
          commandsTotal.inc({ command, outcome })
          commandDuration.observe({ command }, (performance.now() - started) / 1000)
        })
      )
    })

const outcomeOf = ({ replayed, appended }: Any): string =>
  replayed !== undefined ? "replayed" : appended > 0 ? "accepted" : "unchanged"

const refusalOf = (cause: Cause.Cause<unknown>): string => {
  const failure = cause.reasons.find((reason) => reason._tag === "Fail")?.error
  const tag = typeof failure === "object" && failure !== null ? Reflect.get(failure, "_tag") : undefined
  return typeof tag === "string" ? tag.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase() : "interrupted"
}
