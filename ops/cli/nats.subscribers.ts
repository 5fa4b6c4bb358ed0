import { ensureDevIssuer } from "@sluice/auth/dev-issuer"
import type { SubscriberView } from "@sluice/contracts/subscriber/subscriber.views"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { makeClient } from "./shared/api.client.ts"
import { failure, plainly } from "./shared/failure.ts"
import { accessFlags } from "./shared/flags.ts"
import { print, renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { connect, stack } from "./shared/target.ts"

/** `POST /v1/subscribers` and the others at a terminal. */

const flags = {
  tenant: Flag.String("tenant").pipe(
    Flag.withDescription("of whom; a token says it by itself, so this is for the running stack"),
    Flag.optional
  ),
  ...accessFlags
}
const nameFlag = Flag.String("name").pipe(Flag.withDescription("of the subscriber"))

interface Target {
  readonly tenant: Option.Option<string>
  readonly url: Option.Option<string>
  readonly token: Option.Option<string>
}

/** A client for the tenant: with the token given, else with one that the running stack's issuer makes for it. */
const clientFor = ({ tenant, ...access }: Target) =>
  Effect.gen(function* () {
    const given = Option.isSome(access.token) || Boolean(process.env.SLUICE_TOKEN)
    if (given && Option.isSome(tenant))
      return yield* failure("A token names its tenant: give --tenant or a token, not both")
    if (Option.isNone(tenant)) return yield* connect(access)
    const { api, issuerDir } = yield* stack
    const claims = { tenant: tenant.value, sub: "operator", roles: [], scope: "subscriptions:admin", kind: "user" }
    const token = yield* Effect.promise(async () => (await ensureDevIssuer(issuerDir)).sign(claims, "5m"))
    return yield* makeClient({ url: Option.getOrElse(access.url, () => api), token })
  })

const describe = (one: SubscriberView): string =>
  renderFields({
    subscriber: one.name,
    types: one.types.join(", "),
    servers: one.servers.join(", "),
    account: one.account,
    stream: one.stream,
    durable: one.durable,
    apiPrefix: one.apiPrefix,
    delivers: one.filterSubject
  })

const add = Command.make(
  "add",
  {
    name: nameFlag,
    types: Flag.String("types").pipe(
      Flag.withDescription("of events: approval.*, or several, separated by commas"),
      Flag.withMetavar("patterns")
    ),
    ...flags
  },
  Effect.fnUntraced(function* ({ name, types, ...flags }) {
    const client = yield* clientFor(flags)
    const payload = { name, types: types.split(",").map((one) => one.trim()) }
    const made = yield* client.subscribers.add({ headers: {}, payload })
    yield* print(flags.json, made, () => describe(made))
  }, plainly)
).pipe(
  Command.withDescription("Have a durable consumer of a tenant's events; doing it again shows it"),
  Command.withExamples([
    {
      command: "npm run sluice -- nats subscriber add --tenant acme --name crm --types 'approval.*'",
      description: "How to connect"
    }
  ])
)

const list = Command.make(
  "list",
  flags,
  Effect.fnUntraced(function* (flags) {
    const { items } = yield* (yield* clientFor(flags)).subscribers.list({ headers: {} })
    yield* print(flags.json, items, () =>
      renderTable(
        ["subscriber", "durable", "types", "since"],
        items.map(({ name, durable, types, createdAt }) => [name, durable, types.join(", "), createdAt])
      )
    )
  }, plainly)
).pipe(Command.withDescription("A tenant's subscribers"))

const remove = Command.make(
  "remove",
  { name: nameFlag, ...flags },
  Effect.fnUntraced(function* ({ name, ...flags }) {
    yield* (yield* clientFor(flags)).subscribers.remove({ headers: {}, params: { name } })
    yield* print(flags.json, { removed: name }, () => `${name} and its durable consumer are gone.`)
  }, plainly)
).pipe(Command.withDescription("Remove a subscriber and its durable consumer"))

export const subscriber = Command.make("subscriber").pipe(
  Command.withDescription("Durable consumers of tenants' events"),
  Command.withSubcommands([add, list, remove])
)
