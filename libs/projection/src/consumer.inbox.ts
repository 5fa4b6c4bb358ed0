import { Effect } from "effect"

/**
 * What has arrived and is not taken yet. Messages gather here while a batch is being committed, so batches grow under load
 * and an idle consumer takes a single message at once; the broker's limit of unacknowledged messages bounds it.
 *
 * Messages are read (decoded) in small slices between other things: the broker sends a thousand at once, and reading them
 * all on arrival would keep the database's answers waiting, and the database idle.
 */
export interface Inbox<Raw, Item> {
  readonly push: (raw: Raw) => void
  /** At least one item, at most `max`; none when `wake` was called. */
  readonly take: (max: number) => Effect.Effect<ReadonlyArray<Item>>
  readonly wake: () => void
  readonly isEmpty: () => boolean
  /** The next one to be taken, if it has been read already. */
  readonly oldest: () => Item | undefined
  /** How many were ever pushed. */
  readonly arrived: () => number
}

const SLICE = 32

export const makeInbox = <Raw, Item>(read: (raw: Raw) => Item): Inbox<Raw, Item> => {
  let raw: Array<Raw> = []
  let items: Array<Item> = []
  /** Of `raw`: how many are in `items` already, or taken. */
  let done = 0
  let arrived = 0
  let woken = false
  let reading = false
  let waiting: (() => void) | undefined

  const signal = () => {
    const resume = waiting
    waiting = undefined
    resume?.()
  }
  const readSome = (upTo: number) => {
    const end = Math.min(raw.length, upTo)
    for (; done < end; done++) items.push(read(raw[done] as Raw))
    if (done < raw.length) return
    raw = []
    done = 0
  }
  const readOn = () => {
    readSome(done + SLICE)
    reading = done < raw.length
    if (reading) setImmediate(readOn)
  }
  const taken = (max: number): ReadonlyArray<Item> => {
    woken = false
    if (items.length < max) readSome(done + max - items.length)
    const batch = items.length <= max ? items : items.slice(0, max)
    items = items.length <= max ? [] : items.slice(max)
    return batch
  }
  const isEmpty = () => items.length === 0 && raw.length === 0
  return {
    push: (message) => {
      raw.push(message)
      arrived += 1
      if (waiting !== undefined) signal()
      else if (!reading) {
        reading = true
        setImmediate(readOn)
      }
    },
    wake: () => {
      woken = true
      signal()
    },
    isEmpty,
    oldest: () => items[0],
    arrived: () => arrived,
    take: (max) =>
      Effect.callback<ReadonlyArray<Item>>((resume) => {
        if (!isEmpty() || woken) return resume(Effect.succeed(taken(max)))
        waiting = () => resume(Effect.sync(() => taken(max)))
        return Effect.sync(() => {
          waiting = undefined
        })
      })
  }
}
