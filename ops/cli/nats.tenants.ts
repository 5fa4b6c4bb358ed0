import { dirname, join } from "node:path"
import { reloadNats, takeLock } from "@sluice/embedded"
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { accountsFolder } from "../dev/stack.servers.ts"
import { runningStack } from "../dev/stack.state.ts"
import { defaultDataDir } from "../dev/start.ts"
import {
  addTenant,
  freshUser,
  keysFolder,
  knownAccounts,
  openAccounts,
  removeTenant,
  setTenants
} from "../nats/accounts/installation.ts"
import { failure, plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print, renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"

/** The broker's accounts, as files. A server of ours that runs on them reads them again at once; others must be told to. */

const dirFlag = {
  dir: Flag.String("dir").pipe(
    Flag.withDescription("the folder of the broker's accounts; default: the running stack's, else that of npm start"),
    Flag.optional
  ),
  json
}
const name = Argument.String("name").pipe(Argument.withDescription("the tenant, as tokens name it"))

const folder = (given: Option.Option<string>): string =>
  Option.getOrElse(given, () => runningStack()?.natsAccounts ?? accountsFolder(defaultDataDir))

/** What may fail with a sentence. */
const attempt = <A>(work: () => A | Promise<A>) =>
  Effect.tryPromise({
    try: async () => work(),
    catch: (thrown) => failure(thrown instanceof Error ? thrown.message : String(thrown))
  })

/**
 * Edits the accounts, one change at a time. The stack's server lies around them; answers whether there is one that has read them again.
 * Where it does not take them they are as before, so that doing it again is no second time.
 */
const change = (dir: string, edit: () => void) =>
  Effect.acquireUseRelease(
    attempt(() => takeLock(join(dir, "change.lock"), "A change of the broker's accounts")),
    () =>
      Effect.gen(function* () {
        const before = yield* attempt(() => knownAccounts(dir))
        yield* attempt(edit)
        return yield* attempt(() => reloadNats(dirname(dir))).pipe(
          Effect.tapError(() => (before === undefined ? Effect.void : attempt(() => setTenants(dir, before.tenants))))
        )
      }),
    (lock) => Effect.sync(lock.release)
  )

const told = (reloaded: boolean): string =>
  reloaded
    ? "The running nats-server has read it; nobody was disconnected."
    : "No nats-server of ours runs on it. Have yours read it twice, since an account that is new gets its imports the second time: nats-server --signal reload=<pid>"

const add = Command.make(
  "add",
  {
    name,
    publicKey: Flag.String("public-key").pipe(
      Flag.withDescription("of the tenant's user (U…); default: a fresh key, whose seed is shown once"),
      Flag.optional
    ),
    ...dirFlag
  },
  Effect.fnUntraced(function* ({ name, publicKey, dir, json }) {
    const at = folder(dir)
    const user = Option.match(publicKey, {
      onNone: freshUser,
      onSome: (key) => ({ publicKey: key, seed: undefined })
    })
    const reloaded = yield* change(at, () => addTenant(at, name, user.publicKey))
    const added = { tenant: name, publicKey: user.publicKey, ...(user.seed && { seed: user.seed }), reloaded }
    yield* print(json, added, () =>
      [
        renderFields({ tenant: name, "public key": user.publicKey, seed: user.seed ?? null }),
        ...(user.seed ? ["The seed is kept nowhere: it is the tenant's to keep."] : []),
        told(reloaded)
      ].join("\n")
    )
  }, plainly)
).pipe(
  Command.withDescription("Give a tenant an account at the broker"),
  Command.withExamples([
    { command: "npm run -s sluice -- nats tenant add globex --json", description: "With its seed" }
  ])
)

const remove = Command.make(
  "remove",
  { name, ...dirFlag },
  Effect.fnUntraced(function* ({ name, dir, json }) {
    const at = folder(dir)
    const reloaded = yield* change(at, () => removeTenant(at, name))
    yield* print(json, { tenant: name, reloaded }, () => `${name} has no account any more. ${told(reloaded)}`)
  }, plainly)
).pipe(Command.withDescription("Take a tenant's account away; its users are disconnected"))

const list = Command.make(
  "list",
  dirFlag,
  Effect.fnUntraced(function* ({ dir, json }) {
    const accounts = yield* attempt(() => knownAccounts(folder(dir)))
    if (accounts === undefined)
      return yield* failure(`${folder(dir)} has no accounts of NATS: sluice nats init makes them`)
    yield* print(json, accounts.tenants, () =>
      renderTable(
        ["tenant", "public key"],
        accounts.tenants.map(({ name, publicKey }) => [name, publicKey])
      )
    )
  }, plainly)
).pipe(Command.withDescription("The tenants that have an account"))

export const tenant = Command.make("tenant").pipe(
  Command.withDescription("Accounts of tenants at the broker"),
  Command.withSubcommands([add, list, remove])
)

export const init = Command.make(
  "init",
  { dir: Flag.String("dir").pipe(Flag.withDescription("a folder for configuration and keys")) },
  Effect.fnUntraced(function* ({ dir }) {
    const { configFile } = yield* attempt(() => openAccounts(dir))
    yield* Console.log(
      [
        `Include ${configFile} in nats-server's configuration, beside jetstream { store_dir: … }`,
        `(in the file: a server started with -js ends JetStream when it reads the file again).`,
        `Each service takes its seed from ${keysFolder(dir)} as NATS_NKEY. Doing it again changes nothing.`
      ].join("\n")
    )
  }, plainly)
).pipe(Command.withDescription("Make keys and accounts of the services for a nats-server of one's own"))
