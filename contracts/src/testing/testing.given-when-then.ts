import assert from "node:assert/strict"
import { Result } from "effect"
import type { Actor } from "../actor/actor.ts"
import type { DomainEvent, Fact } from "../event/event.envelope.ts"

/** The words in which the specs of decisions are written: given what happened, when somebody commands, then this follows. */

const START = Date.parse("2026-01-01T10:00:00.000Z")
const MINUTE = 60_000

/** Minutes after the start of a spec's story, as milliseconds since the epoch. */
export const minute = (minutes: number): number => START + minutes * MINUTE
export const minuteIso = (minutes: number): string => new Date(minute(minutes)).toISOString()

export const person = (id: string, ...roles: ReadonlyArray<string>): Actor => ({ kind: "user", id, roles })
export const somebody = person("somebody")

export interface Happened<E> {
  readonly event: E
  readonly by?: Actor
  /** Minute of the story; the n-th event's is n unless told. */
  readonly at?: number
}

/** A story as a fold sees it: versions count from 1. */
export const facts = <E extends DomainEvent>(story: ReadonlyArray<Happened<E>>): ReadonlyArray<Fact<E>> =>
  story.map(({ event, by = somebody, at }, index) => ({
    ...event,
    version: index + 1,
    recordedAt: minuteIso(at ?? index),
    actor: by
  }))

/** `given(...)` for one noun, which is known by its first state and its fold. */
export const storyteller =
  <S, E extends DomainEvent>(noun: { readonly initial: S; readonly evolve: (state: S, fact: Fact<E>) => S }) =>
  (...story: ReadonlyArray<Happened<E>>) => {
    const state = facts(story).reduce(noun.evolve, noun.initial)
    return {
      state,
      when: <R extends { readonly _tag: string; readonly message: string }>(
        decide: (state: S) => Result.Result<ReadonlyArray<E>, R>
      ) => outcome(decide(state))
    }
  }

const outcome = <E, R extends { readonly _tag: string; readonly message: string }>(
  result: Result.Result<ReadonlyArray<E>, R>
) => ({
  result,
  /** Exactly these events, in this order; none at all when the command changes nothing. */
  thenYields: (...events: ReadonlyArray<E>): void => {
    if (Result.isFailure(result)) assert.fail(`refused: ${result.failure._tag}: ${result.failure.message}`)
    assert.deepStrictEqual(result.success, events)
  },
  thenNothing: (): void => {
    if (Result.isFailure(result)) assert.fail(`refused: ${result.failure._tag}: ${result.failure.message}`)
    assert.deepStrictEqual(result.success, [])
  },
  /** Refused with this tag, and with at least these fields (`message` counts as one). */
  thenRefused: (tag: R["_tag"], fields: Partial<R> = {}): void => {
    if (Result.isSuccess(result)) assert.fail(`not refused, but yields ${JSON.stringify(result.success)}`)
    assert.equal(result.failure._tag, tag)
    for (const [name, value] of Object.entries(fields))
      assert.deepStrictEqual(Reflect.get(result.failure, name), value, name)
  }
})
