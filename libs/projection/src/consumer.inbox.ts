import { Effect } from "effect"

/**
 * What has arrived and is not taken yet. Messages gather here while a batch is being committed, so batches grow under load
 * and an idle consumer takes a single message at once. Whoever fills it waits for `room`, which bounds the bytes it holds;
 * the broker's limit of unacknowledged messages bounds their number.
 *
 * Messages are read (decoded) in small slices between other things: the broker sends hundreds at once, and reading them
 * all on arrival would keep the database's answers waiting, and the database idle.
 */
export interface Inbox<Raw, Item> {
  readonly push: (raw: Raw) => void
  /** Resolves while it holds fewer bytes than its limit. */
  readonly room: () => Promise<void>
  /** At least one item, at most `max`, and no more than the limit of bytes allows; none when `wake` was called. */
  readonly take: (max: number) => Effect.Effect<ReadonlyArray<Item>>
  readonly wake: () => void
  readonly isEmpty: () => boolean
  /** The next one to be taken, if it has been read already. */
  readonly oldest: () => Item | undefined
  /** How many were ever pushed. */
  readonly arrived: () => number
}

const SLICE = 32

/** @param limit bytes, as `bytesOf` counts them */
export const makeInbox = <Raw, Item>(
  read: (raw: Raw) => Item,
  bytesOf: (raw: Raw) => number,
  limit: number
): Inbox<Raw, Item> => {
  let raw: Array<Raw> = []
  let items: Array<Item> = []
  /** Bytes of `items` and of what is left of `raw`, in that order, and their sum. */
  let sizes: Array<number> = []
  let bytes = 0
  /** Of `raw`: how many are in `items` already, or taken. */
  let done = 0
  let arrived = 0
  let woken = false
  let reading = false
  let waiting: (() => void) | undefined
  let wanting: (() => void) | undefined

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
  /** How many to take, and how many bytes they are. */
  const portion = (max: number): readonly [number, number] => {
    let count = 0
    let sum = 0
    for (const size of sizes) {
      if (count === max || (count > 0 && sum + size > limit)) break
      count += 1
      sum += size
    }
    return [count, sum]
  }
  const taken = (max: number): ReadonlyArray<Item> => {
    woken = false
    const [count, sum] = portion(max)
    if (items.length < count) readSome(done + count - items.length)
    const batch = items.slice(0, count)
    items = items.slice(count)
    sizes = sizes.slice(count)
    bytes -= sum
    if (bytes < limit) {
      wanting?.()
      wanting = undefined
    }
    return batch
  }
  const isEmpty = () => items.length === 0 && raw.length === 0
  return {
    push: (message) => {
      raw.push(message)
      const size = bytesOf(message)
      sizes.push(size)
      bytes += size
      arrived += 1
      if (waiting !== undefined) signal()
      else if (!reading) {
        reading = true
        setImmediate(readOn)
      }
    },
    room: () =>
      new Promise((resolve) => {
        if (bytes < limit) resolve()
        else wanting = resolve
      }),
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
