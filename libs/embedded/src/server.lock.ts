import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { holdsWithin } from "./condition.wait.ts"
import { EmbeddedError } from "./embedded.error.ts"
import { type ProcessFacts, processFacts, signalProcess, stillLives } from "./process.facts.ts"

type Known = Pick<ProcessFacts, "pid" | "started">
interface LockContent {
  readonly owner: Known
  readonly server?: Known
}

/** One folder, one server: the lock belongs to the process that started it, until that process gives it back or dies. */
export interface ServerLock {
  /** Remembers the server's process, so that a successor can end it should its owner be gone. */
  holds(pid: number): void
  release(): void
}

const orphanGraceMs = 15_000

/**
 * Takes the lock file, ending first a server that outlived its owner. Refuses with one sentence while the owner lives.
 */
export const takeLock = async (file: string, what: string): Promise<ServerLock> => {
  mkdirSync(dirname(file), { recursive: true })
  const owner = known(process.pid)
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify({ owner } satisfies LockContent), { flag: "wx" })
      break
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown
      await removeStale(file, what)
    }
  }
  return {
    holds: (pid) => writeFileSync(file, JSON.stringify({ owner, server: known(pid) } satisfies LockContent)),
    release: () => rmSync(file, { force: true })
  }
}

/** The process that a lock file says is the server, while it lives. */
export const lockedServer = (file: string): number | undefined => {
  const server = read(file)?.server
  return server !== undefined && stillLives(server) ? server.pid : undefined
}

const removeStale = async (file: string, what: string): Promise<void> => {
  const held = read(file)
  if (held !== undefined && stillLives(held.owner)) {
    throw new EmbeddedError(
      `${what} is already running on ${dirname(file)}, started by process ${held.owner.pid}: stop that one first or choose another folder`
    )
  }
  if (held?.server !== undefined) await endOrphan(held.server)
  rmSync(file, { force: true })
}

const endOrphan = async (server: Known): Promise<void> => {
  if (!stillLives(server)) return
  signalProcess(server.pid, "SIGINT")
  if (await holdsWithin(orphanGraceMs, () => !stillLives(server))) return
  signalProcess(server.pid, "SIGKILL")
  await holdsWithin(orphanGraceMs, () => !stillLives(server))
}

const known = (pid: number): Known => ({ pid, started: processFacts(pid)?.started ?? "gone" })

const read = (file: string): LockContent | undefined => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as LockContent
  } catch {
    return undefined
  }
}
