import { Effect } from "effect"

/**
 * What has arrived and is not taken yet. Messages gather here while a batch is being committed, so batches grow under load
 * and an idle consumer takes a single message at once; the broker's limit of unacknowledged messages bounds it.
 */
export interface Inbox<A> {
  readonly push: (item: A) => void
  /** At least one item, at most `max`; none when `wake` was called. */
  readonly take: (max: number) => Effect.Effect<ReadonlyArray<A>>
  readonly wake: () => void
  readonly oldest: () => A | undefined
}

export const makeInbox = <A>(): Inbox<A> => {
  let items: Array<A> = []
  let woken = false
  let waiting: (() => void) | undefined
  const signal = () => {
    const resume = waiting
    waiting = undefined
    resume?.()
  }
  const taken = (max: number): ReadonlyArray<A> => {
    woken = false
    const batch = items.length <= max ? items : items.slice(0, max)
    items = items.length <= max ? [] : items.slice(max)
    return batch
  }
  return {
    push: (item) => {
      items.push(item)
      if (items.length === 1) signal()
    },
    wake: () => {
      woken = true
      signal()
    },
    oldest: () => items[0],
    take: (max) =>
      Effect.callback<ReadonlyArray<A>>((resume) => {
        if (items.length > 0 || woken) return resume(Effect.succeed(taken(max)))
        waiting = () => resume(Effect.sync(() => taken(max)))
        return Effect.sync(() => {
          waiting = undefined
        })
      })
  }
}
