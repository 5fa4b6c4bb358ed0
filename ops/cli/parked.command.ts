import { userInfo } from "node:os"
import { listParked, retryParked, skipParked } from "@sluice/projection"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { ago } from "./shared/age.ts"
import { failure, plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { onServers } from "./shared/target.ts"

const list = Command.make(
  "list",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const streams = yield* onServers(listParked)
    yield* print(json, streams, () =>
      renderTable(
        ["consumer", "tenant", "stream", "version", "event", "waiting", "parked", "error"],
        streams.map((one) => [
          one.consumer,
          one.tenant,
          one.streamId,
          one.version,
          one.type,
          one.waiting,
          one.releasedAt === null ? ago(one.parkedAt) : `released ${ago(one.releasedAt)}`,
          one.error.length > 60 ? `${one.error.slice(0, 59)}…` : one.error
        ]),
        "No event stream is parked."
      )
    )
  }, plainly)
).pipe(Command.withDescription("Every parked event stream, the oldest first"))

const which = {
  consumer: Flag.String("consumer").pipe(Flag.withDescription("whose"), Flag.withDefault("projector")),
  by: Flag.String("by").pipe(Flag.withDescription("who decides; recorded"), Flag.withDefault(userInfo().username)),
  tenant: Argument.String("tenant"),
  streamId: Argument.String("stream").pipe(Argument.withDescription("its id, for example session-0197…"))
}

const retry = Command.make(
  "retry",
  which,
  Effect.fnUntraced(function* ({ by, ...key }) {
    if (!(yield* onServers(retryParked(key, by)))) return yield* notParked(key)
    yield* Console.log(`${key.streamId} goes on: its event is tried again, then those behind it`)
  }, plainly)
).pipe(Command.withDescription("Try the failed event again, then what waits behind it"))

const skip = Command.make(
  "skip",
  {
    ...which,
    reason: Flag.String("reason").pipe(Flag.withDescription("why; recorded")),
    version: Flag.Int("version").pipe(
      Flag.withDescription("the version to give up, as parked list shows it; default: the one that failed"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ by, reason, version, ...key }) {
    if (reason.trim() === "") return yield* failure("--reason must say why the event is given up")
    const work = Effect.gen(function* () {
      const found = (yield* listParked).find(
        (one) => one.consumer === key.consumer && one.tenant === key.tenant && one.streamId === key.streamId
      )
      if (found === undefined) return undefined
      const given = Option.getOrElse(version, () => found.version)
      return (yield* skipParked(key, given, { by, reason })) ? given : undefined
    })
    const skipped = yield* onServers(work)
    if (skipped === undefined) return yield* notParked(key)
    yield* Console.log(
      `Version ${skipped} of ${key.streamId} is given up for ever; the stream goes on with the next one`
    )
  }, plainly)
).pipe(Command.withDescription("Give the failed event up for ever and go on with the next one"))

const notParked = ({ consumer, tenant, streamId }: { consumer: string; tenant: string; streamId: string }) =>
  failure(`${tenant} ${streamId} is not parked for ${consumer} there, or goes on already: see parked list`)

export const parked = Command.make("parked").pipe(
  Command.withDescription("Event streams that stand still because an event could not be applied"),
  Command.withSubcommands([list, retry, skip]),
  Command.withExamples([
    { command: "npm run sluice -- parked list", description: "What stands still, and why" },
    { command: "npm run sluice -- parked retry acme session-0197…", description: "After the fault was repaired" },
    {
      command: 'npm run sluice -- parked skip acme session-0197… --reason "made by a test"',
      description: "Give an event up"
    }
  ])
)
