import { readConfig } from "@sluice/config"
import { freshKey, SecretsKey } from "@sluice/secrets"
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { rewrapSecrets } from "./secrets.rewrap.ts"
import { plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { onServers } from "./shared/target.ts"

const rewrap = Command.make(
  "rewrap",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const { SECRETS_KEY } = yield* readConfig({ SECRETS_KEY: SecretsKey })
    const done = yield* onServers(rewrapSecrets(SECRETS_KEY))
    yield* print(json, done, () => {
      const said = `${done.rewrapped} secrets were sealed anew under the key ${done.key}.`
      if (done.unreadable.length === 0) return said
      const rows = done.unreadable.map((one) => [one.tenant, one.subscriptionId, one.secretId, one.keyName, one.why])
      const table = renderTable(["tenant", "subscription", "secret", "key", "why"], rows)
      return `${said} ${done.unreadable.length} are left as they are, for no key opens them:\n${table}`
    })
    if (done.unreadable.length > 0) process.exitCode = 1
  }, plainly)
).pipe(Command.withDescription("Seal every webhook's secret anew under the first key of SECRETS_KEY"))

const key = Command.make(
  "key",
  {
    name: Flag.String("name").pipe(
      Flag.withDescription("its name: 1 to 40 of a-z, 0-9 and hyphen, other than those in use"),
      Flag.withSchema(Schema.String.check(Schema.isPattern(/^[a-z0-9-]{1,40}$/)))
    )
  },
  ({ name }) => Console.log(freshKey(name))
).pipe(Command.withDescription("Print a fresh key, as SECRETS_KEY takes it"))

export const secrets = Command.make("secrets").pipe(
  Command.withDescription(
    "The keys that seal secrets. To change the key: append a fresh one to SECRETS_KEY of every api and notification, then move it to the front everywhere, then rewrap, then take the old one out"
  ),
  Command.withSubcommands([key, rewrap]),
  Command.withExamples([
    { command: "npm run -s sluice -- secrets key --name k2", description: "k2:… for SECRETS_KEY" },
    {
      command: "SECRETS_KEY=k2:…,k1:… npm run sluice -- secrets rewrap",
      description: "Everything under k2; doing it again changes nothing"
    }
  ])
)
