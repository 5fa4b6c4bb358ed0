import { migrateDown, migrationStatus, migrate as up } from "@sluice/db/migrate"
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { runningStack } from "../dev/stack.state.ts"
import { failure } from "./shared/failure.ts"

/** `DATABASE_URL` (an administrator's), else the running stack's database. */
const adminUrl = Effect.suspend(() => {
  const url = process.env.DATABASE_URL || runningStack()?.databaseUrl
  return url === undefined
    ? Effect.fail(failure("Which database? Set DATABASE_URL to an administrator's URL, or run npm start"))
    : Effect.succeed(url)
})

const onDatabase = (work: (url: string) => Promise<string>) =>
  Effect.gen(function* () {
    const url = yield* adminUrl
    const said = yield* Effect.tryPromise({
      try: () => work(url),
      catch: (cause) => failure(cause instanceof Error ? cause.message : String(cause))
    })
    yield* Console.log(said.trim())
  })

/** Development passwords only where the stack is ours; elsewhere the administrator sets them. */
const applyAll = async (url: string): Promise<string> => {
  await up(url, { logins: url === runningStack()?.databaseUrl })
  return migrationStatus(url)
}

export const migrate = Command.make("migrate").pipe(
  Command.withDescription("Bring a database to the newest schema, or one step back"),
  Command.withSubcommands([
    Command.make("up", {}, () => onDatabase(applyAll)).pipe(
      Command.withDescription("Apply roles, migrations and functions; doing it again changes nothing")
    ),
    Command.make("down", {}, () => onDatabase(migrateDown)).pipe(
      Command.withDescription("Take the newest migration back, and its data with it")
    ),
    Command.make("status", {}, () => onDatabase(migrationStatus)).pipe(
      Command.withDescription("Say which migrations are applied")
    )
  ]),
  Command.withExamples([
    { command: "npm run sluice -- migrate status", description: "Of the running stack" },
    { command: "DATABASE_URL=postgres://admin@db/sluice npm run sluice -- migrate up", description: "Of a server" }
  ])
)
