/**
 * What can be wrong. lost: acknowledged and not there, or other than acknowledged. doubled: more effects than commands.
 * disorder: first occurrences out of version order. drift: a read-model row that is not the fold of its stream.
 * wrong: an answer that nobody should get. crashed: a process that ended although nobody killed it.
 */
export type Violation = "lost" | "doubled" | "unpublished" | "disorder" | "drift" | "skipped" | "wrong" | "crashed"

/** Collects violations; keeps the first of each kind in words and counts all. */
export interface Findings {
  readonly counts: Readonly<Record<Violation, number>>
  readonly examples: ReadonlyArray<string>
  /** Messages in JetStream, and how many of them are repeats of others. */
  messages: number
  repeats: number
  readonly add: (violation: Violation, what: string) => void
}

const examplesOfEach = 5

export const newFindings = (): Findings => {
  const counts: Record<Violation, number> = {
    lost: 0,
    doubled: 0,
    unpublished: 0,
    disorder: 0,
    drift: 0,
    skipped: 0,
    wrong: 0,
    crashed: 0
  }
  const examples: Array<string> = []
  return {
    counts,
    examples,
    messages: 0,
    repeats: 0,
    add: (violation, what) => {
      if (counts[violation]++ < examplesOfEach) examples.push(`${violation}: ${what}`)
    }
  }
}

export const isClean = ({ counts }: Findings): boolean => Object.values(counts).every((count) => count === 0)
