import { setTimeout as sleep } from "node:timers/promises"

/** Starts `once` at its due time whether or not earlier ones have ended; answers what each came to. */
export const atSteadyRate = async <A>(
  seconds: number,
  perSecond: number,
  once: () => Promise<A>
): Promise<ReadonlyArray<A>> => {
  const from = performance.now()
  const running: Array<Promise<A>> = []
  while (performance.now() - from < seconds * 1000) {
    const due = ((performance.now() - from) / 1000) * perSecond
    while (running.length < due) running.push(once())
    await sleep(1)
  }
  return Promise.all(running)
}
