import { setTimeout as sleep } from "node:timers/promises"
import type { Acknowledged, Command } from "./load.journal.ts"

/** Answers that ask for a repeat: nothing was done, or nobody knows. */
const REPEAT = [502, 503, 504]
/** Milliseconds for one answer, before the next attempt, and until a command counts as never answered. */
const ANSWER_WITHIN = 10_000
const PAUSE = 50
const GIVE_UP_AFTER = 120_000

export class WrongAnswer extends Error {}

export interface Client {
  /** Sends a command until it is acknowledged, each time under its key. Rejects with a `WrongAnswer`. */
  readonly execute: (command: Command) => Promise<Acknowledged>
}

/** A client of several instances: it goes to the next one when one does not answer. */
export const makeClient = (urls: () => ReadonlyArray<string>): Client => {
  let turn = 0
  const send = async ({ by, key, method, path, body }: Command): Promise<Response | undefined> => {
    const all = urls()
    const url = all[turn++ % all.length]
    try {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${by.token}`, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN)
      })
      return Object.assign(answer, { parsed: await answer.json() })
    } catch {
      return undefined // refused, cut off in the middle, or too late: whether it was done is not known
    }
  }
  return {
    execute: async (command) => {
      const started = performance.now()
      for (let attempts = 1; ; attempts++) {
        const answer = (await send(command)) as (Response & { parsed: Record<string, unknown> }) | undefined
        if (answer?.status === 200 || answer?.status === 201) return acknowledged(command, answer, attempts)
        const repeat = answer === undefined || REPEAT.includes(answer.status)
        const waited = performance.now() - started
        if (!repeat || waited > GIVE_UP_AFTER) {
          const what = answer === undefined ? "no answer" : `${answer.status} ${JSON.stringify(answer.parsed)}`
          const when = `after ${attempts} attempts in ${Math.round(waited)} ms`
          throw new WrongAnswer(`${command.method} ${command.path} (key ${command.key}) ${when}: ${what}`)
        }
        await sleep(PAUSE)
      }
    }
  }
}

const acknowledged = (
  command: Command,
  answer: Response & { readonly parsed: Record<string, unknown> },
  attempts: number
): Acknowledged => ({
  command,
  status: answer.status,
  version: Number(/^"(\d+)"$/.exec(answer.headers.get("etag") ?? "")?.[1]),
  location: answer.headers.get("location"),
  body: answer.parsed,
  replayed: answer.headers.get("idempotency-replayed") === "true",
  attempts,
  at: performance.now()
})
