import { Context, Effect, Layer } from "effect"
import { type Accepted, type BusCommand, type BusError, CommandBus, type StreamRef } from "./command-bus.port.ts"
import { DatabaseClock } from "./database-clock.ts"
import { GroupCommit, type GroupCommitOptions } from "./group-commit.ts"
import { loadStates } from "./load-states.ts"
import { patiently } from "./patience.ts"
import { type AnyCommand, PendingCommand, streamKey } from "./pending-command.ts"
import type { Folded } from "./state-cache.ts"
import { EventStore } from "./store.port.ts"

export interface CommandBusOptions extends Partial<GroupCommitOptions> {
  /** Called once with a reader of the queue's length, for a gauge. */
  readonly onStart?: (queued: () => number) => void
}

/** Measured on two cores, over both doors (decision 0001). */
const DEFAULTS: GroupCommitOptions = {
  maxInFlight: 4,
  maxCommands: 64,
  maxBytes: 1024 * 1024,
  maxQueued: 4096,
  maxAttempts: 10,
  patience: 5_000,
  cachedStreams: 10_000,
  onBatch: () => {},
  onAppended: () => {}
}

/** The command bus over any event store. */
export const commandBusLayer = (options: CommandBusOptions = {}): Layer.Layer<CommandBus, never, EventStore> =>
  Layer.effect(
    CommandBus,
    Effect.gen(function* () {
      const store = yield* EventStore
      const { onStart, ...given } = options
      const settings = { ...DEFAULTS, ...given }
      const run = Effect.runForkWith(Context.omit(EventStore)(yield* Effect.context<EventStore>()))
      const groups = new GroupCommit(store, settings, (effect) => void run(effect))
      onStart?.(() => groups.queued)

      const sampleClock = Effect.suspend(() => {
        const sent = DatabaseClock.steady()
        return Effect.map(store.now, (now) => groups.clock.observe(now, sent, DatabaseClock.steady()))
      })
      const patience = () => DatabaseClock.steady() + settings.patience
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.ignore(sampleClock), Effect.sleep("30 seconds"))))

      const execute = <S extends ReadonlyArray<unknown>, Refusal>(command: BusCommand<S, Refusal>) =>
        Effect.callback<Accepted<S>, Refusal | BusError>((resume) => {
          groups.submit(
            new PendingCommand(command as unknown as AnyCommand, patience(), (answer) => {
              switch (answer._tag) {
                case "accepted":
                  return resume(Effect.succeed(answer.accepted as unknown as Accepted<S>))
                case "refused":
                  return resume(Effect.fail(answer.error as Refusal | BusError))
                case "defect":
                  return resume(Effect.die(answer.defect))
              }
            })
          )
        })

      return CommandBus.of({
        execute: (command) =>
          groups.clock.now() === undefined
            ? Effect.andThen(
                Effect.suspend(() => patiently(patience())(sampleClock)),
                execute(command)
              )
            : execute(command),

        peek: Effect.fnUntraced(function* <S>(tenant: string, ref: StreamRef<S>) {
          const key = streamKey(tenant, ref as StreamRef<unknown>)
          let folded = groups.cache.get(key)
          if (folded === undefined) {
            const { folds } = yield* loadStates(store, [{ tenant, ref: ref as StreamRef<unknown> }]).pipe(
              patiently(patience())
            )
            const loaded = folds[0] as Folded
            folded = loaded.version === 0 ? loaded : groups.cache.keep(key, ref as StreamRef<unknown>, loaded)
          }
          return { id: ref.id, version: folded.version, state: folded.state as S }
        }) as CommandBus["Service"]["peek"]
      })
    })
  )
