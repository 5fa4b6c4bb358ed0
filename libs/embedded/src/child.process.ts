import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, existsSync, openSync } from "node:fs"
import type { Account } from "./account.choose.ts"
import { EmbeddedError, reasonOf } from "./embedded.error.ts"
import { signalProcess } from "./process.facts.ts"

/** How a process ended: an exit code or the signal that ended it. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What to run, and as whom. */
export interface ChildOptions {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  /** undefined: as ourselves. */
  readonly account?: Account | undefined
  /** Standard output and error are appended to this file. */
  readonly logFile: string
  /** What it is sent when this process goes away, however it goes. */
  readonly farewell: NodeJS.Signals
}

/** A running child in a session of its own, so a Ctrl-C at the terminal reaches only its parent. */
export interface Child {
  readonly pid: number
  readonly ended: Promise<Ending>
}

const setpriv = "/usr/bin/setpriv"
const alive = new Map<number, NodeJS.Signals>()
let hooked = false

/** Starts a child that never outlives this process: the kernel signals it even if we are killed with SIGKILL. */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const dying = existsSync(setpriv) ? [setpriv, "--pdeathsig", options.farewell.slice(3), "--"] : []
  const [command = options.command, ...args] = [...dying, options.command, ...options.args]
  const log = openSync(options.logFile, "a")
  try {
    const child = spawn(command, args, {
      cwd: options.cwd,
      detached: true,
      stdio: ["ignore", log, log],
      ...(options.env && { env: options.env }),
      ...(options.account && { uid: options.account.uid, gid: options.account.gid })
    })
    const ended = endingOf(child)
    await spawned(child, options)
    const pid = child.pid as number
    tieToOurExit(pid, options.farewell, ended)
    return { pid, ended }
  } finally {
    closeSync(log)
  }
}

const endingOf = (child: ChildProcess): Promise<Ending> =>
  new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })))

const spawned = (child: ChildProcess, { command, account }: ChildOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once("spawn", resolve)
    child.once("error", (thrown) => {
      const as = account === undefined ? "" : ` as user ${account.name}`
      reject(new EmbeddedError(`${command} could not be started${as}: ${reasonOf(thrown)}`))
    })
  })

const tieToOurExit = (pid: number, farewell: NodeJS.Signals, ended: Promise<Ending>): void => {
  alive.set(pid, farewell)
  void ended.then(() => alive.delete(pid))
  if (hooked) return
  hooked = true
  process.on("exit", () => {
    for (const [child, signal] of alive) signalProcess(child, signal)
  })
}
