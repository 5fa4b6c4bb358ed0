import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

export interface ReadersAsked {
  readonly url: string
  readonly token: string
  readonly readers: number
  /** What all but the last one want. */
  readonly query: string
  /** The last one takes nothing. */
  readonly stuck: boolean
}

export interface StreamReaders {
  /** Milliseconds from event to receipt, one per event and reader since the last time; the last reader's are not counted. */
  readonly take: () => Promise<ReadonlyArray<number>>
  readonly stop: () => Promise<void>
}

/** Readers of the stream of events in a process of their own; resolves when all of them are open. */
export const startReaders = async (asked: ReadersAsked): Promise<StreamReaders> => {
  const child = fork(join(import.meta.dirname, "stream.readers.program.ts"), [JSON.stringify(asked)], {
    stdio: "inherit"
  })
  const died = once(child, "exit")
  const first = await Promise.race([once(child, "message"), died])
  if (first[0] !== "open") throw new Error("the readers could not be opened")
  return {
    take: async () => {
      const answer = once(child, "message")
      child.send("take")
      return ((await answer) as [{ readonly ages: ReadonlyArray<number> }])[0].ages
    },
    stop: async () => {
      child.kill()
      await died
    }
  }
}
