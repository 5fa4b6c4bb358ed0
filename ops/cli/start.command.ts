import { Option } from "effect"
import { Command, Flag } from "effect/cli"
import { runStart } from "../dev/start.ts"
import { runToEnd } from "./shared/run-to-end.ts"

export const start = Command.make(
  "start",
  {
    port: Flag.Int("port").pipe(Flag.withDescription("port of the API; default: 4080"), Flag.optional),
    data: Flag.String("data").pipe(
      Flag.withMetavar("folder"),
      Flag.withDescription("folder that keeps everything; default: .sluice/data"),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("one JSON line once everything is ready"),
      Flag.withDefault(false)
    )
  },
  ({ port, data, json }) =>
    runToEnd(() => runStart({ port: Option.getOrUndefined(port), data: Option.getOrUndefined(data), json }))
).pipe(
  Command.withDescription("Run Postgres, NATS and every service until Ctrl-C"),
  Command.withExamples([
    { command: "npm start", description: "Keep the stack running on port 4080" },
    { command: "npm start -- --port 5000 --data /srv/sluice --json", description: "For scripts and test rigs" }
  ])
)
