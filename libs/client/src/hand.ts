/** Something to be worked on. Items of one stream are worked on one after the other, in order of their versions. */
export interface Item {
  readonly stream: string
  readonly version: number
  /** Where it came in the order of all streams. */
  readonly sequence: number
}

/** Works on an item: undefined when that is done, else milliseconds after which to try again. Never rejects. */
export type Work<I extends Item> = (item: I) => Promise<number | undefined>

/** How many items may wait behind failures without taking room from others. */
const SET_ASIDE = 1_000

/**
 * What has arrived and is not done yet. Per stream the oldest item is worked on; while it waits to be tried again, the items
 * behind it wait too, and other streams go on. Among streams, what arrived first goes first.
 */
export class Hand<I extends Item> {
  readonly #work: Work<I>
  readonly #concurrency: number
  readonly #queues = new Map<string, Array<I>>()
  /** Streams whose oldest item can be worked on now. */
  readonly #ready = new Set<string>()
  /** Streams whose oldest item has failed and is not done: nothing behind it can be worked on. */
  readonly #failing = new Set<string>()
  readonly #pauses = new Set<NodeJS.Timeout>()
  readonly #waiting = new Set<() => void>()
  #size = 0
  #running = 0
  #held = false
  #stopped = false

  /** @param concurrency streams worked on at the same time */
  constructor(concurrency: number, work: Work<I>) {
    this.#concurrency = concurrency
    this.#work = work
  }

  get size(): number {
    return this.#size
  }

  /** What can be worked on: one stream that fails for ever leaves room for others, as long as not too much waits behind it. */
  get load(): number {
    let waiting = 0
    for (const stream of this.#failing) waiting += this.#queues.get(stream)?.length ?? 0
    return this.#size - Math.min(waiting, SET_ASIDE)
  }

  items(): ReadonlyArray<I> {
    return [...this.#queues.values()].flat().sort((a, b) => a.sequence - b.sequence)
  }

  find(stream: string, version: number): I | undefined {
    return this.#queues.get(stream)?.find((item) => item.version === version)
  }

  add(item: I): void {
    const queue = this.#queues.get(item.stream)
    this.#size += 1
    if (queue === undefined) {
      this.#queues.set(item.stream, [item])
      this.#ready.add(item.stream)
      this.#go()
    } else {
      const behind = queue.findIndex(({ version }) => version > item.version)
      queue.splice(behind < 0 ? queue.length : behind, 0, item)
    }
  }

  /** Starts nothing new until `release`. */
  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.#go()
  }

  /** Resolves when fewer than `limit` can be worked on, or it was stopped. */
  async room(limit: number): Promise<void> {
    while (this.load >= limit && !this.#stopped) await this.#change()
  }

  /** Starts nothing more, waits for what is being worked on, and answers what is left, oldest first. */
  async stop(): Promise<ReadonlyArray<I>> {
    this.#stopped = true
    for (const pause of this.#pauses) clearTimeout(pause)
    this.#changed()
    while (this.#running > 0) await this.#change()
    return this.items()
  }

  #go(): void {
    while (!this.#held && !this.#stopped && this.#running < this.#concurrency) {
      const item = this.#next()
      if (item === undefined) return
      this.#ready.delete(item.stream)
      this.#running += 1
      void this.#run(item)
    }
  }

  #next(): I | undefined {
    let next: I | undefined
    for (const stream of this.#ready) {
      const oldest = this.#queues.get(stream)?.[0] as I
      if (next === undefined || oldest.sequence < next.sequence) next = oldest
    }
    return next
  }

  async #run(item: I): Promise<void> {
    const pause = await this.#work(item)
    this.#running -= 1
    if (pause === undefined) this.#remove(item)
    else this.#failing.add(item.stream)
    if (pause !== undefined && !this.#stopped) {
      const timer = setTimeout(() => {
        this.#pauses.delete(timer)
        this.#ready.add(item.stream)
        this.#go()
      }, pause)
      this.#pauses.add(timer)
    }
    this.#changed()
    this.#go()
  }

  #remove(item: I): void {
    const queue = this.#queues.get(item.stream) as Array<I>
    queue.splice(queue.indexOf(item), 1)
    this.#size -= 1
    this.#failing.delete(item.stream)
    if (queue.length === 0) this.#queues.delete(item.stream)
    else this.#ready.add(item.stream)
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
