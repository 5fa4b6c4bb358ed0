import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { runDemo } from "../demo/demo.run.ts"

export const demo = Command.make(
  "demo",
  {
    input: Flag.String("input").pipe(
      Flag.withMetavar("file"),
      Flag.withDescription("a JSON file of exchanges to run in place of the example"),
      Flag.optional
    ),
    data: Flag.String("data").pipe(
      Flag.withMetavar("folder"),
      Flag.withDescription("keep everything in this folder; default: a temporary one"),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("end with one JSON line"), Flag.withDefault(false))
  },
  // It stops its servers on a signal by itself: interrupting it half-way would leave them running.
  Effect.fnUntraced(function* ({ input, data, json }) {
    const options = { input: Option.getOrUndefined(input), data: Option.getOrUndefined(data), json }
    process.exitCode = yield* Effect.uninterruptible(Effect.promise(() => runDemo(options)))
  })
).pipe(
  Command.withDescription("Show what Sluice does: start everything, run an example, read it back, verify it, stop"),
  Command.withExamples([
    { command: "npm run demo", description: "Run the example" },
    { command: "npm run demo -- --input exchanges.json --json", description: "Run a file of exchanges" }
  ])
)
