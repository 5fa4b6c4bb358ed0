import { setTimeout as sleep } from "node:timers/promises"

/** The sum over all labels of a metric on a service's `/metrics`, as Prometheus writes it; 0 while it has no sample. */
export const metric = async (metricsUrl: string, name: string): Promise<number> => {
  const text = await (await fetch(metricsUrl)).text()
  let sum = 0
  for (const line of text.split("\n")) {
    if (!line.startsWith(name) || !(line[name.length] === " " || line[name.length] === "{")) continue
    sum += Number(line.slice(line.lastIndexOf(" ") + 1))
  }
  return sum
}

/** Asks every `everyMillis` until `holds` answers true. Rejects after `withinSeconds`, saying what it waited for. */
export const until = async (
  what: string,
  holds: () => Promise<boolean>,
  { everyMillis = 50, withinSeconds = 120 } = {}
): Promise<void> => {
  const deadline = performance.now() + withinSeconds * 1000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinSeconds} s in vain for ${what}`)
    await sleep(everyMillis)
  }
}

/**
 * How fast a growing count reaches `target`: per second, from the last sample before it moves (so that the start of a
 * process does not count) to the first that shows the target.
 */
export const pace = async (
  what: string,
  count: () => Promise<number>,
  target: number,
  everyMillis = 20
): Promise<number> => {
  const start = await count()
  let from = performance.now()
  let reached = start
  await until(
    what,
    async () => {
      const asked = performance.now()
      reached = await count()
      if (reached === start) from = asked
      return reached >= target
    },
    { everyMillis }
  )
  return ((reached - start) / (performance.now() - from)) * 1000
}
