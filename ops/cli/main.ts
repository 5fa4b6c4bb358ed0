import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Effect, Exit, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { runStart } from "../dev/start.ts"
import { demo } from "./demo.command.ts"

const start = Command.make(
  "start",
  {
    port: Flag.Int("port").pipe(Flag.withDescription("port of the API"), Flag.optional),
    data: Flag.String("data").pipe(Flag.withDescription("folder that keeps everything"), Flag.optional),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("one JSON line once everything is ready"),
      Flag.withDefault(false)
    )
  },
  // It stops its servers on a signal by itself: interrupting it half-way would leave them running.
  Effect.fnUntraced(function* ({ port, data, json }) {
    const options = { port: Option.getOrUndefined(port), data: Option.getOrUndefined(data), json }
    const run = async (): Promise<void> => {
      process.exitCode = await runStart(options)
    }
    yield* Effect.uninterruptible(Effect.promise(run))
  })
).pipe(Command.withDescription("Run Postgres, NATS and every service until Ctrl-C"))

Command.make("sluice").pipe(
  Command.withDescription("Event-sourced backend for gated work"),
  Command.withSubcommands([start, demo]),
  Command.run({ version: "0.1.0" }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({
    teardown: (exit, onExit) =>
      onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? Number(process.exitCode ?? 0) : 1)
  })
)
