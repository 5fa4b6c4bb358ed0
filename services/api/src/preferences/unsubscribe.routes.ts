import { SystemActor } from "@sluice/contracts/actor/actor"
import type { Scope } from "@sluice/contracts/actor/principal"
import { Caller } from "@sluice/contracts/http/http.auth"
import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { preference, readUnsubscription, UNSUBSCRIBE, type Unsubscription, unsubscribe } from "@sluice/preference"
import { deriveKeys, type SealingKeys } from "@sluice/secrets"
import { Effect } from "effect"
import { HttpRouter } from "effect/http"
import { onFirst } from "../http/command.input.ts"
import { runCommand } from "../http/command.run.ts"
import { done, notNow, question, unknownLink } from "./unsubscribe.page.ts"

const PATH = "/unsubscribe/:token"

/**
 * The link in an e-mail (RFC 8058): a `POST` stops them, whatever its body is; a `GET` asks first. Both are for anybody who has
 * the link, which is signed with a key made of `SECRETS_KEY`; links of keys that are still in it stay good.
 */
export const unsubscribeRoutes = (secretsKey: SealingKeys) => {
  const keys = deriveKeys(secretsKey, UNSUBSCRIBE)
  const linked = Effect.gen(function* () {
    const { token = "" } = yield* HttpRouter.params
    return yield* Effect.promise(() => readUnsubscription(token, keys))
  })
  return HttpRouter.use((router) =>
    Effect.gen(function* () {
      const bus = yield* CommandBus
      yield* router.add(
        "GET",
        PATH,
        Effect.map(linked, (about) => (about === undefined ? unknownLink : question(about)))
      )
      yield* router.add(
        "POST",
        PATH,
        Effect.flatMap(linked, (about) =>
          about === undefined
            ? Effect.succeed(unknownLink)
            : Effect.provideService(stop(about), CommandBus, bus).pipe(
                Effect.as(done(about)),
                Effect.orElseSucceed(() => notNow)
              )
        )
      )
    })
  )
}

/** Once or again: then they are stopped. */
const stop = ({ tenant, owner }: Unsubscription) => {
  const id = preferenceId(owner)
  const actor = SystemActor("unsubscribe")
  return runCommand({
    name: "preference.unsubscribe",
    ids: [id],
    sent: {},
    headers: {},
    refusals: [],
    streams: [{ category: preference, id }],
    decide: ([{ state }]) => onFirst(unsubscribe(state))
  }).pipe(Effect.provideService(Caller, { tenant, actor, scopes: new Set<Scope>() }))
}
