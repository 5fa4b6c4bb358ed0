import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { processFacts, stillLives } from "@sluice/embedded"

/** What the other commands must know of the running stack. Holds a password: only its owner may read the file. */
export interface StackState {
  /** The process that runs the stack, and when it began (see `processFacts`). */
  readonly pid: number
  readonly started: string
  readonly dataDir: string
  readonly issuerDir: string
  readonly api: string
  readonly databaseUrl: string
  readonly natsUrl: string
  /** Folder of the broker's accounts and keys, where it has some. */
  readonly natsAccounts?: string
  readonly services: Readonly<Record<string, { readonly pid: number; readonly metrics: string; readonly log: string }>>
}

/** Where `npm start` says what it runs, so that other commands find it whatever its `--data`; `SLUICE_STACK` moves it. */
export const stateFile = process.env.SLUICE_STACK || fileURLToPath(new URL("../../.sluice/stack.json", import.meta.url))

/** The stack that runs now, or undefined. */
export const runningStack = (file: string = stateFile): StackState | undefined => {
  try {
    const state = JSON.parse(readFileSync(file, "utf8")) as StackState
    return stillLives(state) ? state : undefined
  } catch {
    return undefined
  }
}

/** Announces a stack of this process; the latest one wins. Whoever reads sees the old or the new state, never half. */
export const announceStack = (state: Omit<StackState, "pid" | "started">, file: string = stateFile): void => {
  mkdirSync(dirname(file), { recursive: true })
  const started = processFacts(process.pid)?.started ?? ""
  const whole: StackState = { pid: process.pid, started, ...state }
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(whole, undefined, 2), { mode: 0o600 })
  renameSync(`${file}.${process.pid}`, file)
}

/** Takes the announcement back, unless another stack has made its own since. */
export const withdrawStack = (file: string = stateFile): void => {
  if (runningStack(file)?.pid === process.pid) rmSync(file, { force: true })
}
