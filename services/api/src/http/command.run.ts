import { commandHash } from "@sluice/contracts/command/command.hash"
import type { Json } from "@sluice/contracts/event/event.envelope"
import { Caller } from "@sluice/contracts/http/http.auth"
import { PreconditionFailed } from "@sluice/contracts/http/http.errors"
import { type Accepted, type BusCommand, CommandBus, type StreamRef } from "@sluice/event-store/command-bus.port"
import type { CommandKey } from "@sluice/event-store/store.port"
import { Context, Effect } from "effect"
import { LeastKeyTtl } from "./command.door.ts"
import { type BusRefusal, isBusError, problemOf, type RefusalClass, refusalOf } from "./command.errors.ts"
import { expectedVersion } from "./command.if-match.ts"
import { measured } from "./command.measure.ts"
import { CurrentTrace, correlationIdOf } from "./trace.ts"

/** How long an `Idempotency-Key` is remembered, in seconds. */
export const IdempotencyTtl = Context.Reference<number>("sluice/api/IdempotencyTtl", { defaultValue: () => 86_400 })

/** One command as a handler hands it to the bus; the rest comes from token and headers. */
export interface CommandCall<S extends ReadonlyArray<unknown>, Known extends RefusalClass, NotFound, Reused>
  extends Pick<BusCommand<S, unknown>, "streams" | "decide"> {
  /** `<category>.<command>`, for example `session.open`. */
  readonly name: string
  /** Ids in the path. */
  readonly ids: ReadonlyArray<string>
  /** The body as it was sent. */
  readonly sent: Json
  /** How the decision may refuse, beside `InputRefused`; anything else is a fault of ours. */
  readonly refusals: ReadonlyArray<Known>
  readonly headers: { readonly "idempotency-key"?: string; readonly "if-match"?: string }
  readonly naturalKeys?: ReadonlyArray<CommandKey>
  /** What it means that the resource does not exist, where `If-Match` is looked at before the decision. */
  readonly notFound?: () => NotFound
  /** What it means that a natural key was used for something else. */
  readonly naturalKeyReused?: () => Reused
}

export interface Done<S extends ReadonlyArray<unknown>> extends Accepted<S> {
  /** Done before under the caller's own key. */
  readonly keyReplayed: boolean
}

type Refusals<Known extends RefusalClass, NotFound, Reused> = InstanceType<Known> | NotFound | Reused | BusRefusal

/** Executes a command for the caller of this request. */
export const runCommand = <
  S extends ReadonlyArray<unknown>,
  Known extends RefusalClass = never,
  NotFound = never,
  Reused = never
>(
  call: CommandCall<S, Known, NotFound, Reused>
): Effect.Effect<Done<S>, Refusals<Known, NotFound, Reused>, CommandBus | Caller> =>
  execute(call).pipe(
    Effect.catch(
      (error): Effect.Effect<never, Refusals<Known, NotFound, Reused>> =>
        isBusError(error) ? problemOf(error, call) : refusalOf(error, call.refusals)
    ),
    measured(call.name)
  )

/** Executes a command that makes a new resource: there is nothing yet that `If-Match` could be about. */
export const runCreation = <S extends ReadonlyArray<unknown>, Known extends RefusalClass = never>(
  call: CommandCall<S, Known, never, never>
) => Effect.catchIf(runCommand(call), (error) => error instanceof PreconditionFailed, Effect.die)

const execute = Effect.fnUntraced(function* <S extends ReadonlyArray<unknown>>(
  call: CommandCall<S, RefusalClass, unknown, unknown>
) {
  const bus = yield* CommandBus
  const { tenant, actor } = yield* Caller
  const trace = yield* CurrentTrace
  const own = yield* ownKeys(call, actor.id)
  const ifMatch = yield* expectedVersion(
    call.headers["if-match"],
    bus.peek(tenant, call.streams[0] as StreamRef<unknown>)
  )
  const accepted = yield* bus.execute<S, unknown>({
    tenant,
    actor,
    correlationId: correlationIdOf(trace.id),
    ...(trace.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
    keys: [...own, ...(call.naturalKeys ?? [])],
    streams: call.streams,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    decide: call.decide
  })
  return { ...accepted, keyReplayed: accepted.replayed === 0 && own.length > 0 } satisfies Done<S>
})

/** What a caller's own key is remembered with. */
export interface KeyedCall extends Pick<CommandCall<[], never, never, never>, "name" | "ids" | "sent"> {
  readonly headers: { readonly "idempotency-key"?: string }
}

/** The caller's own key, where one was given. */
export const ownKeys = Effect.fnUntraced(function* ({ headers, name, ids, sent }: KeyedCall, caller: string) {
  const key = headers["idempotency-key"]
  if (key === undefined) return []
  const timeToLive = Math.max(yield* IdempotencyTtl, yield* LeastKeyTtl)
  return [
    { scope: `caller:${caller}`, key, hash: commandHash(name, ids, sent), timeToLive }
  ] as ReadonlyArray<CommandKey>
})
