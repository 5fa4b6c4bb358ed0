import { Option } from "effect"
import { Command, Flag } from "effect/cli"
import { runDemo } from "../demo/demo.run.ts"
import { runToEnd } from "./shared/run-to-end.ts"

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
  ({ input, data, json }) =>
    runToEnd(() => runDemo({ input: Option.getOrUndefined(input), data: Option.getOrUndefined(data), json }))
).pipe(
  Command.withDescription("Show what Sluice does: start everything, run an example, read it back, verify it, stop"),
  Command.withExamples([
    { command: "npm run demo", description: "Run the example" },
    { command: "npm run demo -- --input exchanges.json --json", description: "Run a file of exchanges" }
  ])
)
