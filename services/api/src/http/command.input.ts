import type { DomainEvent } from "@sluice/contracts/event/event.envelope"
import { Caller } from "@sluice/contracts/http/http.auth"
import { type Appended, CommandBus, type StreamRef } from "@sluice/event-store/command-bus.port"
import { Effect, Result } from "effect"
import { storeAway } from "./command.errors.ts"

/**
 * The input of a command on a resource: when it is bad, whether the resource exists is looked up first, since a resource
 * that is not there is said before anything about the input. A good input needs no look: the decision sees the stream.
 * `lacks` says so of a part of the resource that the path names.
 */
export const inputOf = <A, E, R, S, NotFound, Lacking = never>(
  body: Effect.Effect<A, E, R>,
  stream: StreamRef<S>,
  notFound: () => NotFound,
  lacks?: (state: S) => Lacking | undefined
) =>
  Effect.catch(body, (fault) =>
    Effect.gen(function* () {
      const { version, state } = yield* known(stream)
      if (version === 0) return yield* Effect.fail(notFound())
      const lacking = lacks?.(state)
      if (lacking !== undefined) return yield* Effect.fail(lacking)
      return yield* Effect.fail(fault)
    })
  )

const known = <S>(stream: StreamRef<S>) =>
  Effect.gen(function* () {
    const bus = yield* CommandBus
    const { tenant } = yield* Caller
    return yield* bus.peek(tenant, stream).pipe(Effect.catch(storeAway))
  })

/** Whether the caller's tenant has this stream, whatever the read models know of it. */
export const exists = <S>(stream: StreamRef<S>) => Effect.map(known(stream), ({ version }) => version > 0)

/** Puts a decision's events on the command's first stream. */
export const onFirst = <E extends DomainEvent, Refusal>(
  decision: Result.Result<ReadonlyArray<E>, Refusal>
): Result.Result<ReadonlyArray<Appended>, Refusal> =>
  Result.map(decision, (events) => events.map((event) => ({ stream: 0, event })))
