import { setTimeout as sleep } from "node:timers/promises"

/** Polls until the condition holds; false when `timeoutMs` passed first. For what sends no signal of its own. */
export const holdsWithin = async (
  timeoutMs: number,
  condition: () => boolean | Promise<boolean>,
  everyMs = 15
): Promise<boolean> => {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) return false
    await sleep(everyMs)
  }
  return true
}
