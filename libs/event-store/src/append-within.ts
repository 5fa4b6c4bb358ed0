import { Effect } from "effect"
import type { BusCommand, StreamRef } from "./command-bus.port.ts"
import { BatchOfDecisions, type Decided, streamsOf } from "./decide-batch.ts"
import { fold, streamIdOf } from "./load-states.ts"
import { type Answer, type AnyCommand, PendingCommand } from "./pending-command.ts"
import { BatchSettlement } from "./settle-command.ts"
import { StateCache } from "./state-cache.ts"
import { type AppendOutcome, EventStore, type LoadedStream, StoreError } from "./store.port.ts"

export type { Answer } from "./pending-command.ts"

/** A command that a consumer issues, of whatever streams. */
export interface CommandWithin extends AnyCommand {
  /** UUID, the causation id of its events; equal whenever the same thing causes it again. */
  readonly commandId: string
}

/** Lets commands on streams of different kinds stand in one list. */
export const commandWithin = <S extends ReadonlyArray<unknown>, Refusal>(
  commandId: string,
  command: BusCommand<S, Refusal>
): CommandWithin => ({ ...(command as unknown as AnyCommand), commandId })

/** Lost races until a command is refused with `LostRace`; the lock of the first one makes a second one rare. */
const MAX_ATTEMPTS = 10

/**
 * Decides and appends inside the caller's transaction, for consumers that issue commands: what follows from an event or
 * a timer commits with the checkpoint that says it is done, or not at all. Events are what the command bus makes of the
 * same commands. One answer per command in the order given; a decision or a fold that throws is the answer "defect" of
 * its command and leaves the others alone. Commands on one stream are decided one after the other.
 *
 * States are read in this very transaction, so a refusal and a decision without events need no guard and append nothing.
 * Fails with a `StoreError` where the transaction is lost: roll it back.
 *
 * @param now the database's time, in epoch milliseconds
 */
export const appendWithin = (commands: ReadonlyArray<CommandWithin>, now: number) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const answers = new Map<PendingCommand, Answer>()
    const all = commands.map((command) => {
      const pending: PendingCommand = new PendingCommand(
        command,
        0,
        (answer) => answers.set(pending, answer),
        command.commandId
      )
      return pending
    })
    let waiting: ReadonlyArray<PendingCommand> = all
    while (waiting.length > 0) {
      yield* round(store, independent(waiting), now)
      for (const pending of waiting) {
        const answer = answers.get(pending)
        if (answer?._tag === "refused" && answer.error instanceof StoreError) return yield* answer.error
      }
      waiting = waiting.filter((pending) => !answers.has(pending))
    }
    return all.map((pending) => answers.get(pending) as Answer)
  })

/** The commands that no earlier one shares a stream with: nothing decided here rests on what another one may fail to do. */
const independent = (waiting: ReadonlyArray<PendingCommand>): ReadonlyArray<PendingCommand> => {
  const taken = new Set<string>()
  return waiting.filter(({ streamKeys }) => {
    const free = streamKeys.every((key) => !taken.has(key))
    for (const key of streamKeys) taken.add(key)
    return free
  })
}

/** Loads, decides and appends once. A command that lost a race is left without an answer, to be decided again. */
const round = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  round: ReadonlyArray<PendingCommand>,
  now: number
) {
  const streams = new Map<string, { readonly tenant: string; readonly ref: StreamRef<unknown> }>()
  for (const { command, streamKeys } of round)
    for (const [index, key] of streamKeys.entries())
      streams.set(key, { tenant: command.tenant, ref: command.streams[index] as StreamRef<unknown> })
  const loaded = yield* store.load(
    [...streams.values()].map(({ tenant, ref }) => ({
      tenant,
      streamId: streamIdOf(ref),
      foldVersion: ref.category.foldVersion,
      after: 0
    }))
  )
  const cache = new StateCache(streams.size)
  const byKey = new Map([...streams.keys()].map((key, index) => [key, loaded[index] as LoadedStream]))
  const decisions = new BatchOfDecisions(cache, now)
  const decided = round.flatMap((pending) => decideOne(pending, byKey, decisions))
  if (decided.length === 0) return
  const outcomes = yield* store.append(decided.map(({ append }) => append))
  const settlement = new BatchSettlement(store, cache)
  for (const [index, one] of decided.entries())
    yield* settlement.settle(one, outcomes[index] as AppendOutcome, MAX_ATTEMPTS, () => {})
  for (const snapshot of settlement.snapshots) yield* store.saveSnapshot(snapshot)
})

/** The decision, where there is something to append; anything else is answered here. */
const decideOne = (
  pending: PendingCommand,
  loaded: ReadonlyMap<string, LoadedStream>,
  decisions: BatchOfDecisions
): ReadonlyArray<Decided> => {
  try {
    for (const [index, key] of pending.streamKeys.entries())
      pending.loaded.set(
        key,
        fold(pending.command.streams[index] as StreamRef<unknown>, loaded.get(key) as LoadedStream)
      )
    const decided = decisions.decide(pending) as Decided
    if (decided.refusal !== undefined) pending.refuse(decided.refusal.error)
    else if (decided.events.length === 0) pending.accept({ streams: streamsOf(pending, decided.before), appended: 0 })
    else return [decided]
  } catch (defect) {
    pending.die(defect)
  }
  return []
}
