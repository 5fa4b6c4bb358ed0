import type { Counter } from "@sluice/telemetry/metrics"

type Labels = Readonly<Record<string, string>>

/** What metrics count of a batch: raised when all of it is done, since a batch that fails is taken again, event by event. */
export class Tally {
  readonly #counts: Array<readonly [counter: Counter, labels: Labels, count: number]> = []

  add(counter: Counter, count: number, labels: Labels = {}): void {
    this.#counts.push([counter, labels, count])
  }

  raise(): void {
    for (const [counter, labels, count] of this.#counts) counter.inc(labels, count)
  }
}
