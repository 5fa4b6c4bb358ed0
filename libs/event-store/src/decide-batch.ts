import type { Actor } from "@sluice/contracts/actor/actor"
import type { DomainEvent, EventMetadata, Fact } from "@sluice/contracts/event/event.envelope"
import { schemaVersionOf } from "@sluice/contracts/event/event.registry"
import { Result } from "effect"
import { type Appended, type StreamRef, VersionMismatch } from "./command-bus.port.ts"
import { jsonbOrder } from "./jsonb-order.ts"
import type { PendingCommand } from "./pending-command.ts"
import type { Folded, StateCache } from "./state-cache.ts"
import type { AppendCommand, CommandKey, NewEvent } from "./store.port.ts"

/** A key for commands whose caller gave none: a repeated append of unknown outcome must find its own success. */
const internalKey = (commandId: string): CommandKey => ({
  scope: "sluice",
  key: commandId,
  hash: commandId,
  timeToLive: 3600
})

/** A command with its decision, ready to append. */
export interface Decided {
  readonly pending: PendingCommand
  readonly append: AppendCommand
  readonly events: ReadonlyArray<Appended>
  /** The streams as the decision saw them. */
  readonly before: ReadonlyArray<Folded>
  /** The refusal, when the decision was one: answered once the append confirms that the state was current. */
  readonly refusal: { readonly error: unknown } | undefined
  /** The time that the decision was given, in epoch milliseconds. */
  readonly now: number
  /** About the bytes it will take on the wire. */
  readonly bytes: number
}

const metadataOf = (pending: PendingCommand): EventMetadata => ({
  actor: pending.command.actor,
  correlationId: pending.command.correlationId,
  causationId: pending.commandId,
  ...(pending.command.traceparent === undefined ? {} : { traceparent: pending.command.traceparent })
})

/** The fold one event further. */
export const evolveOne = (
  ref: StreamRef<unknown>,
  folded: Folded,
  event: DomainEvent,
  recordedAt: string,
  actor: Actor
): Folded => {
  const version = folded.version + 1
  const fact: Fact = { type: event.type, data: event.data, version, recordedAt, actor }
  return { version, state: ref.category.evolve(folded.state, fact) }
}

/** The streams of a command as its callers see them. */
export const streamsOf = ({ command }: PendingCommand, folds: ReadonlyArray<Folded>) =>
  folds.map(({ version, state }, index) => ({ id: (command.streams[index] as StreamRef<unknown>).id, version, state }))

/** What a command decides on its streams as they are. Throws what `decide` throws. */
export const decisionOn = (pending: PendingCommand, folds: ReadonlyArray<Folded>, now: number) => {
  const { ifMatch, decide } = pending.command
  const head = folds[0]?.version ?? 0
  return ifMatch !== undefined && ifMatch !== head
    ? Result.fail(new VersionMismatch({ expected: ifMatch, actual: head }))
    : decide(streamsOf(pending, folds), { now })
}

/**
 * Decides the commands of one batch one after the other: a later command on the same stream sees what an earlier one has
 * decided. The append keeps that promise, because it refuses the later one when the earlier one is refused.
 */
export class BatchOfDecisions {
  readonly #states = new Map<string, Folded>()
  readonly #cache: StateCache
  readonly #now: number
  readonly #recordedAt: string

  constructor(cache: StateCache, now: number) {
    this.#cache = cache
    this.#now = now
    this.#recordedAt = new Date(now).toISOString()
  }

  /** The state to decide on, or undefined when it must be loaded first. */
  #stateOf(pending: PendingCommand, index: number): Folded | undefined {
    const key = pending.streamKeys[index] as string
    const ref = pending.command.streams[index] as StreamRef<unknown>
    const known = this.#states.get(key) ?? this.#cache.get(key) ?? pending.loaded.get(key)
    if (known !== undefined) return known
    return ref.isNew === true && pending.attempts === 0 ? { version: 0, state: ref.category.initial } : undefined
  }

  /** Undefined when a stream of the command must be loaded first. Throws what `decide` or `evolve` throws. */
  decide(pending: PendingCommand): Decided | undefined {
    const { command } = pending
    const states: Array<Folded> = []
    for (let index = 0; index < command.streams.length; index++) {
      const state = this.#stateOf(pending, index)
      if (state === undefined) return undefined
      states.push(state)
    }
    const before = [...states]
    const decision = decisionOn(pending, before, this.#now)
    const events = (Result.isSuccess(decision) ? decision.success : []).map(({ stream, event }) => ({
      stream,
      event: { type: event.type, data: jsonbOrder(event.data) }
    }))
    const metadata = metadataOf(pending)
    const added: Array<NewEvent> = events.map(({ stream, event }, index) => ({
      eventId: pending.eventId(index),
      stream,
      type: event.type,
      schemaVersion: schemaVersionOf(event.type),
      data: event.data,
      metadata
    }))
    for (const { stream, event } of events) {
      const ref = command.streams[stream] as StreamRef<unknown>
      states[stream] = evolveOne(ref, states[stream] as Folded, event, this.#recordedAt, command.actor)
    }
    for (const [index, state] of states.entries()) this.#states.set(pending.streamKeys[index] as string, state)
    return {
      pending,
      events,
      before,
      refusal: Result.isFailure(decision) ? { error: decision.failure } : undefined,
      now: this.#now,
      bytes: 300 + added.reduce((bytes, event) => bytes + 300 + JSON.stringify(event.data).length, 0),
      append: {
        commandId: pending.commandId,
        tenant: command.tenant,
        keys: command.keys.length > 0 ? command.keys : [internalKey(pending.commandId)],
        probe: Result.isFailure(decision),
        streams: streamsOf(pending, before).map(({ id, version }, index) => ({
          streamId: `${(command.streams[index] as StreamRef<unknown>).category.category}-${id}`,
          expected: version
        })),
        events: added
      }
    }
  }
}
