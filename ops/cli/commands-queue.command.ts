import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { dropParked, parkedCommands, rejectedCommands, retryParked } from "./commands-queue.read.ts"
import { ago } from "./shared/age.ts"
import { failure, plainly } from "./shared/failure.ts"
import { json, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { onServers } from "./shared/target.ts"

const which = {
  tenant: text("tenant", "of one tenant alone"),
  limit: Flag.Int("limit").pipe(Flag.withDescription("the newest so many"), Flag.withDefault(50)),
  json
}
const place = Argument.Int("number").pipe(Argument.withDescription("as `commands parked list` numbers them"))

const short = (line: string): string => (line.length > 60 ? `${line.slice(0, 59)}…` : line)

const list = Command.make(
  "list",
  which,
  Effect.fnUntraced(function* ({ tenant, limit, json }) {
    const parked = yield* onServers(parkedCommands(Option.getOrUndefined(tenant), limit))
    yield* print(json, parked, () =>
      renderTable(
        ["number", "tenant", "command", "key", "deliveries", "parked", "error", "trace"],
        parked.map((one) => [
          one.sequence,
          one.tenant,
          one.command,
          short(one.key),
          one.deliveries,
          ago(one.at),
          short(one.error),
          one.trace
        ]),
        "No queued command is parked."
      )
    )
  }, plainly)
).pipe(Command.withDescription("Queued commands that could not be handled again and again, the oldest first"))

const retry = Command.make(
  "retry",
  { number: place, token: text("token", "instead of the one it came with, which may have expired") },
  Effect.fnUntraced(function* ({ number, token }) {
    const retried = yield* onServers(retryParked(number, Option.getOrUndefined(token)))
    if (retried === undefined) return yield* notParked(number)
    yield* Console.log(`${retried.command} of ${retried.tenant} is in the queue again, as number ${retried.queuedAs}`)
  }, plainly)
).pipe(Command.withDescription("Leave a parked command in the queue again, under its own key"))

const drop = Command.make(
  "drop",
  { number: place, json },
  Effect.fnUntraced(function* ({ number, json }) {
    const dropped = yield* onServers(dropParked(number))
    if (dropped === undefined) return yield* notParked(number)
    yield* print(json, dropped, () => `${dropped.command} of ${dropped.tenant} is gone for ever: ${dropped.data}`)
  }, plainly)
).pipe(Command.withDescription("Give a parked command up for ever; it is printed once more"))

const notParked = (number: number) => failure(`No parked command has the number ${number}: see commands parked list`)

const rejected = Command.make(
  "rejected",
  which,
  Effect.fnUntraced(function* ({ tenant, limit, json }) {
    const refused = yield* onServers(rejectedCommands(Option.getOrUndefined(tenant), limit))
    yield* print(json, refused, () =>
      renderTable(
        ["tenant", "command", "key", "when", "status", "why", "trace"],
        refused.map((one) => {
          const { detail = "" } = one.problem as { readonly detail?: string }
          return [one.tenant, one.command, short(one.key), ago(one.at), one.status, short(detail), one.trace]
        }),
        "No queued command was refused within a week."
      )
    )
  }, plainly)
).pipe(Command.withDescription("Why queued commands were refused, the newest last"))

const parked = Command.make("parked").pipe(
  Command.withDescription("Queued commands that could not be handled"),
  Command.withSubcommands([list, retry, drop])
)

export const queuedCommands = Command.make("commands").pipe(
  Command.withDescription("What became of commands that were left in the queue"),
  Command.withSubcommands([parked, rejected]),
  Command.withExamples([
    { command: "npm run sluice -- commands rejected --tenant acme", description: "Why commands were refused" },
    { command: "npm run sluice -- commands parked list", description: "What could not be handled, and why" },
    { command: "npm run sluice -- commands parked retry 7", description: "After the fault was repaired" },
    { command: "npm run sluice -- commands parked drop 7", description: "Give a command up" }
  ])
)
