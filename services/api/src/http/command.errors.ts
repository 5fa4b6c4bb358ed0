import * as Http from "@sluice/contracts/http/http.errors"
import { InputRefused } from "@sluice/contracts/input/input.errors"
import { type BusError, KeyReused, LostRace, Overloaded, VersionMismatch } from "@sluice/event-store/command-bus.port"
import { StoreError } from "@sluice/event-store/store.port"
import { Effect } from "effect"

const KINDS: ReadonlyArray<RefusalClass> = [VersionMismatch, KeyReused, LostRace, Overloaded, StoreError]
export const isBusError = (error: unknown): error is BusError => KINDS.some((kind) => error instanceof kind)

// biome-ignore lint/suspicious/noExplicitAny: each class has its own properties
export type RefusalClass = new (properties: any) => { readonly _tag: string }

/** A decision's refusal, as the type of those that the command is known for. */
export const refusalOf = <Known extends RefusalClass>(
  error: unknown,
  known: ReadonlyArray<Known>
): Effect.Effect<never, InstanceType<Known> | InputRefused> =>
  error instanceof InputRefused || known.some((kind) => error instanceof kind)
    ? Effect.fail(error as InstanceType<Known> | InputRefused)
    : Effect.die(error)

/** How the bus may refuse any command. */
export type BusRefusal =
  | Http.PreconditionFailed
  | Http.IdempotencyKeyReused
  | Http.RaceLost
  | Http.Overloaded
  | Http.Unavailable
  | InputRefused

/** What an error of the bus is to the caller. */
export const problemOf = <NotFound, Reused>(
  error: BusError,
  means: { readonly notFound?: () => NotFound; readonly naturalKeyReused?: () => Reused }
): Effect.Effect<never, NotFound | Reused | BusRefusal> => {
  switch (error._tag) {
    case "VersionMismatch":
      return error.actual === 0 && means.notFound !== undefined
        ? Effect.fail(means.notFound())
        : Effect.fail(new Http.PreconditionFailed({ version: error.actual }))
    case "KeyReused":
      return error.scope.startsWith("caller:") || means.naturalKeyReused === undefined
        ? Effect.fail(new Http.IdempotencyKeyReused({}))
        : Effect.fail(means.naturalKeyReused())
    case "LostRace":
      return Effect.fail(new Http.RaceLost({}))
    case "Overloaded":
      return Effect.fail(new Http.Overloaded({}))
    case "StoreError":
      return storeProblem(error)
  }
}

/** SQLSTATE classes that say that this input cannot be stored by any repetition: data exception, constraint, limit. */
const ABOUT_THE_INPUT = ["22", "23", "54"]

/** The database is away, too slow or not set up: 503. An input that it will never take should not have passed the door. */
const storeProblem = (error: StoreError): Effect.Effect<never, Http.Unavailable | InputRefused> =>
  ABOUT_THE_INPUT.includes(error.code.slice(0, 2))
    ? Effect.andThen(
        Effect.logError("the database refused a command", { code: error.code, error: error.message }),
        Effect.fail(new InputRefused({ issues: [{ pointer: "", message: "cannot be stored" }] }))
      )
    : storeAway(error)

/** The store cannot be asked just now. Anything but an outage is logged, since it will not pass by itself. */
export const storeAway = (error: StoreError): Effect.Effect<never, Http.Unavailable> => {
  const refused = Effect.fail(new Http.Unavailable({ what: "The database" }))
  if (error.retryable || error.outcomeUnknown) return refused
  return Effect.andThen(Effect.logError("the database failed", { code: error.code, error: error.message }), refused)
}
