import { freshId } from "@sluice/contracts/id/id.fresh"
import type { Accepted, BusCommand, BusError, StreamRef } from "./command-bus.port.ts"
import type { Folded } from "./state-cache.ts"

// biome-ignore lint/suspicious/noExplicitAny: the queue holds commands of every kind; `execute` gives the types back
export type AnyCommand = BusCommand<ReadonlyArray<any>, any>
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyAccepted = Accepted<ReadonlyArray<any>>

export type Answer =
  | { readonly _tag: "accepted"; readonly accepted: AnyAccepted }
  /** Refused by the decision, or by the bus or the store. */
  | { readonly _tag: "refused"; readonly error: unknown | BusError }
  /** `decide` or `evolve` threw: a defect of ours. */
  | { readonly _tag: "defect"; readonly defect: unknown }

/** A stream as the bus names it: tenant and stream id. */
export const streamKey = (tenant: string, ref: StreamRef<unknown>): string =>
  `${tenant} ${ref.category.category}-${ref.id}`

/** A command waiting for its answer. Its ids stay the same however often it is tried. */
export class PendingCommand {
  readonly commandId: string
  readonly streamKeys: ReadonlyArray<string>
  readonly keyIds: ReadonlyArray<string>
  readonly command: AnyCommand
  /** When the caller's patience ends, by the steady clock in milliseconds. */
  readonly deadline: number
  readonly #answer: (answer: Answer) => void
  /** Lost races so far. */
  attempts = 0
  /** Streams that were loaded for it, by their keys: the cache may have no room for them. */
  readonly loaded = new Map<string, Folded>()
  /** Event ids by position in the decision, so that a repeated append carries the same ones. */
  readonly #eventIds: Array<string> = []

  constructor(command: AnyCommand, deadline: number, answer: (answer: Answer) => void, commandId = freshId()) {
    this.commandId = commandId
    this.command = command
    this.deadline = deadline
    this.#answer = answer
    this.streamKeys = command.streams.map((ref) => streamKey(command.tenant, ref))
    this.keyIds = command.keys.map(({ scope, key }) => JSON.stringify([command.tenant, scope, key]))
  }

  eventId(index: number): string {
    this.#eventIds[index] ??= freshId()
    return this.#eventIds[index]
  }

  remember(folds: ReadonlyMap<string, Folded>): void {
    for (const key of this.streamKeys) {
      const folded = folds.get(key)
      if (folded !== undefined) this.loaded.set(key, folded)
    }
  }

  accept(accepted: AnyAccepted): void {
    this.#answer({ _tag: "accepted", accepted })
  }
  refuse(error: unknown): void {
    this.#answer({ _tag: "refused", error })
  }
  die(defect: unknown): void {
    this.#answer({ _tag: "defect", defect })
  }
}
