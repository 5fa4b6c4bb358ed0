import { ensureDevIssuer } from "@sluice/auth/dev-issuer"
import { roleUrl } from "@sluice/db/migrate"
import { Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect, Layer, Logger, Option, Redacted } from "effect"
import { runningStack, type StackState } from "../../dev/stack.state.ts"
import { developerToken } from "../../dev/start.token.ts"
import { operatorKey } from "../../nats/accounts/installation.ts"
import { type Access, makeClient } from "./api.client.ts"
import { failure } from "./failure.ts"

/** What a command works on: the stack that runs here, or servers named in the environment. */

/** The stack that `npm start` runs. */
export const stack: Effect.Effect<StackState, ReturnType<typeof failure>> = Effect.suspend(() => {
  const running = runningStack()
  return running === undefined
    ? Effect.fail(failure("No stack is running here: start one with npm start"))
    : Effect.succeed(running)
})

export interface Servers {
  readonly databaseUrl: string
  readonly natsUrl: string
  /** Seed of the user to be at the broker. */
  readonly natsKey: Redacted.Redacted | undefined
}

/**
 * `DATABASE_URL`, `NATS_URL` and `NATS_NKEY` as they are, with the rights that they give; without them the running stack's servers,
 * as `sluice_operator` and the broker's user `operator`.
 */
export const servers = Effect.gen(function* () {
  const { DATABASE_URL: databaseUrl, NATS_URL: natsUrl, NATS_NKEY: natsKey } = process.env
  const running = runningStack()
  if (databaseUrl && databaseUrl !== running?.databaseUrl) {
    if (!natsUrl)
      return yield* failure("DATABASE_URL is set and NATS_URL is not: set both, or none for the running stack")
    return { databaseUrl, natsUrl, natsKey: natsKey ? Redacted.make(natsKey) : undefined } satisfies Servers
  }
  const found = yield* stack
  return {
    databaseUrl: roleUrl(found.databaseUrl, "sluice_operator"),
    natsUrl: found.natsUrl,
    natsKey: operatorKey(found.natsAccounts)
  } satisfies Servers
})

/** Runs with the servers' database and broker. The broker is only waited for by what uses it; nothing is logged. */
export const onServers = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(servers, ({ databaseUrl, natsUrl, natsKey }) =>
    Effect.provide(
      work,
      Layer.merge(
        Postgres.layer({ url: Redacted.make(databaseUrl), applicationName: "sluice-cli", max: 1 }),
        Nats.layer({ url: natsUrl, nkey: natsKey, name: "sluice-cli" })
      ).pipe(Layer.provideMerge(Logger.layer([])))
    )
  )

/** Where the API is and as whom to speak: flags, else `SLUICE_URL` and `SLUICE_TOKEN`, else the running stack's developer. */
export const access = (flags: { readonly url: Option.Option<string>; readonly token: Option.Option<string> }) =>
  Effect.gen(function* () {
    const url = Option.getOrUndefined(flags.url) || process.env.SLUICE_URL
    const token = Option.getOrUndefined(flags.token) || process.env.SLUICE_TOKEN
    if (url && token) return { url, token } satisfies Access
    if (url) return yield* failure("A token is needed: --token or SLUICE_TOKEN")
    const { api, issuerDir } = yield* stack
    const make = async (): Promise<string> => developerToken(await ensureDevIssuer(issuerDir))
    return { url: api, token: token || (yield* Effect.promise(make)) } satisfies Access
  })

/** A client of the API for the flags of a command. */
export const connect = (flags: Parameters<typeof access>[0]) => Effect.flatMap(access(flags), makeClient)
