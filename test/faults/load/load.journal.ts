import type { Person } from "./load.people.ts"

/** A command as it was sent, with the key under which it was repeated until it was answered. */
export interface Command {
  readonly by: Person
  readonly key: string
  readonly method: "POST" | "PUT" | "PATCH"
  readonly path: string
  readonly body: Record<string, unknown>
}

/** What the service promised by its answer. */
export interface Acknowledged {
  readonly command: Command
  readonly status: number
  /** The stream's version, from the ETag. */
  readonly version: number
  readonly location: string | null
  readonly body: Record<string, unknown>
  readonly replayed: boolean
  /** How often it was sent. */
  readonly attempts: number
  /** Milliseconds on `performance.now()`. */
  readonly at: number
}

/** One stream, with everything that was promised about it; nothing directly where it is the approval that a run asked for. */
export interface Journey {
  readonly tenant: string
  readonly category: "session" | "approval" | "run" | "workflow" | "budget" | "billing"
  readonly id: string
  /** Types of the events that its acknowledged commands amount to, in order; there may be more that come by themselves. */
  readonly expected: Array<string>
  /** It goes on by itself after its last command, by timers or as it is used up, so it is not as it was acknowledged. */
  readonly lapses?: true
  readonly acknowledged: Array<Acknowledged>
}

/** Everything that was ever acknowledged, and whatever should never have been answered. */
export interface Journal {
  readonly journeys: Array<Journey>
  readonly wrongAnswers: Array<string>
  /** Keys of commands that were rightly refused: an outage outlasted what they asked for. */
  readonly tooLate: Set<string>
  /** Commands acknowledged so far. */
  count: number
}

export const emptyJournal = (): Journal => ({ journeys: [], wrongAnswers: [], tooLate: new Set(), count: 0 })

export const streamOf = ({ category, id }: Pick<Journey, "category" | "id">): string => `${category}-${id}`

/** The resource as the newest acknowledged answer showed it: usage answers show the usage, so they do not count. */
export const newestView = (journey: Journey): Acknowledged | undefined =>
  journey.acknowledged
    .filter(({ body }) => body.id === journey.id)
    .reduce<Acknowledged | undefined>(
      (newest, one) => (newest && newest.version > one.version ? newest : one),
      undefined
    )
