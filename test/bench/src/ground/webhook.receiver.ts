import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

export interface Received {
  readonly count: number
  /** Milliseconds from event to receipt, one per post. */
  readonly ages: ReadonlyArray<number>
}

/** Endpoints in a process of their own, as they are for who delivers to them. */
export interface Receiver {
  readonly url: string
  /** What came since the last reset. */
  readonly received: () => Promise<Received>
  readonly reset: () => Promise<Received>
  readonly stop: () => void
}

export const startReceiver = async (): Promise<Receiver> => {
  const child = fork(join(import.meta.dirname, "webhook.receiver.program.ts"), { stdio: "inherit" })
  const [{ port }] = (await once(child, "message")) as [{ port: number }]
  const ask = async (question: "received" | "reset"): Promise<Received> => {
    const answer = once(child, "message")
    child.send(question)
    return ((await answer) as [Received])[0]
  }
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => ask("received"),
    reset: () => ask("reset"),
    stop: () => child.kill()
  }
}
