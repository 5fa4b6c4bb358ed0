import { setTimeout as sleep } from "node:timers/promises"
import type { Door, Told } from "./load.doors.ts"
import type { Acknowledged, Command } from "./load.journal.ts"

/** Answers that ask for a repeat: nothing was done, or nobody knows. */
const REPEAT = [502, 503, 504]
/** Milliseconds before the next attempt, and until a command counts as never answered. */
const PAUSE = 50
const GIVE_UP_AFTER = 120_000

export class WrongAnswer extends Error {
  /** Of the command that was answered so. */
  readonly key: string | undefined

  constructor(message: string, key?: string) {
    super(message)
    this.key = key
  }
}

export interface Client {
  /** Sends a command until it is acknowledged, each time under its key. Rejects with a `WrongAnswer`. */
  readonly execute: (command: Command) => Promise<Acknowledged>
}

/** A client of several doors: it goes to the next one when one does not answer, and with the next command. */
export const makeClient = (doors: () => ReadonlyArray<Door>): Client => {
  let turn = 0
  return {
    execute: async (command) => {
      const started = performance.now()
      for (let attempts = 1; ; attempts++) {
        const all = doors()
        const told = await (all[turn++ % all.length] as Door)(command)
        if (told?.status === 200 || told?.status === 201) return acknowledged(command, told, attempts)
        const repeat = told === undefined || REPEAT.includes(told.status)
        const waited = performance.now() - started
        if (!repeat || waited > GIVE_UP_AFTER) {
          const what = told === undefined ? "no answer" : `${told.status} ${JSON.stringify(told.body)}`
          const when = `after ${attempts} attempts in ${Math.round(waited)} ms`
          throw new WrongAnswer(`${command.method} ${command.path} (key ${command.key}) ${when}: ${what}`, command.key)
        }
        await sleep(PAUSE)
      }
    }
  }
}

const acknowledged = (command: Command, { status, header, body }: Told, attempts: number): Acknowledged => ({
  command,
  status,
  version: Number(/^"(\d+)"$/.exec(header("etag") ?? "")?.[1]),
  location: header("location"),
  body,
  replayed: header("idempotency-replayed") === "true",
  attempts,
  at: performance.now()
})
