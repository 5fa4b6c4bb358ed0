import { setTimeout as sleep } from "node:timers/promises"
import type { Random } from "../random.seed.ts"
import { billingJourney } from "./load.billing.ts"
import { type Client, WrongAnswer } from "./load.client.ts"
import { emptyJournal, type Journal } from "./load.journal.ts"
import { approvalJourney, type Guide, lapsingJourney, sessionJourney } from "./load.journeys.ts"
import type { Tenant } from "./load.people.ts"
import { runJourney } from "./load.runs.ts"

export interface LoadOptions {
  readonly client: Client
  readonly tenants: ReadonlyArray<Tenant>
  readonly random: Random
  /** Journeys under way at once. Default 12. */
  readonly workers?: number
  /** Commands a second that they aim at together. Default 150. */
  readonly rate?: number
}

const journeys = [sessionJourney, approvalJourney, lapsingJourney, runJourney, billingJourney] as const
/** Milliseconds without which something is stuck for good. */
const STUCK_AFTER = 120_000

/** People at work. They start at rest. */
export interface Load {
  readonly journal: Journal
  readonly resume: () => void
  /** Resolves when every command that was sent has been acknowledged; the next ones wait. */
  readonly rest: () => Promise<void>
  /** Resolves when so many more commands have been acknowledged; rejects when that takes longer than two minutes. */
  readonly progress: (commands: number) => Promise<void>
  /** At rest for good. */
  readonly stop: () => Promise<void>
}

/**
 * Workers that live journey after journey. A wrong answer goes into the journal and ends only the journey it befell.
 * Resting takes place between two steps, so at rest nothing is in doubt: what the journal says is exactly what is.
 */
export const startLoad = ({ client, tenants, random, workers = 12, rate = 150 }: LoadOptions): Load => {
  const journal = emptyJournal()
  let stopped = false
  let gate = Promise.withResolvers<void>()
  let open = false
  let waiting = 0
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  const until = (what: string, condition: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const stuck = setTimeout(() => reject(new Error(`stuck for ${STUCK_AFTER} ms: ${what}`)), STUCK_AFTER)
      const look = (): void => {
        if (!condition()) return
        clearTimeout(stuck)
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
    })

  const turn = async (): Promise<void> => {
    await sleep(random.between(0, (2000 * workers) / rate))
    while (!open && !stopped) {
      waiting++
      changed()
      await gate.promise
      waiting--
    }
    if (stopped) throw new Stopped()
  }

  const work = async (tenant: Tenant): Promise<void> => {
    const guide: Guide = {
      tenant,
      random,
      journal,
      turn,
      execute: async (command) => {
        const answer = await client.execute(command)
        journal.count++
        changed()
        return answer
      }
    }
    while (!stopped) {
      try {
        await random.pick(journeys)(guide)
      } catch (thrown) {
        if (thrown instanceof Stopped) return
        if (!(thrown instanceof WrongAnswer)) throw thrown
        journal.wrongAnswers.push(thrown.message)
      }
    }
  }

  const resume = (): void => {
    open = true
    gate.resolve()
    gate = Promise.withResolvers<void>()
  }
  const rest = (): Promise<void> => {
    open = false
    return until("a command is never answered", () => waiting === workers)
  }
  const all = Array.from({ length: workers }, (_, index) => work(tenants[index % tenants.length] as Tenant))
  return {
    journal,
    resume,
    rest,
    progress: (commands) => {
      const goal = journal.count + commands
      return until("no command is acknowledged", () => journal.count >= goal)
    },
    stop: async () => {
      stopped = true
      resume()
      await Promise.all(all)
    }
  }
}

class Stopped extends Error {}
