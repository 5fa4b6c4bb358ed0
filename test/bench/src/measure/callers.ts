/** How long to keep calling, in seconds; what is answered during the warm-up does not count. */
export interface Stint {
  readonly seconds: number
  readonly warmUpSeconds: number
}

/**
 * Keeps `callers` calls under way, each caller starting its next one when the last is answered, and answers how many
 * were answered per second (at least two answers, however long they take). A call that fails ends the measurement: figures
 * of refused work mean nothing.
 */
export const callsPerSecond = async (
  callers: number,
  { seconds, warmUpSeconds }: Stint,
  call: (number: number) => Promise<unknown>
): Promise<number> => {
  const from = performance.now() + warmUpSeconds * 1000
  const until = from + seconds * 1000
  let started = 0
  let counted = 0
  let first = Number.NaN
  let last = from
  const caller = async (): Promise<void> => {
    while (performance.now() < until || counted === 0) {
      await call(started++)
      const now = performance.now()
      if (now < from) continue
      if (Number.isNaN(first)) first = now
      else counted += 1
      last = now
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return (counted / (last - first)) * 1000
}
