import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Account } from "./account.choose.ts"
import { type Child, startChild } from "./child.process.ts"
import { holdsWithin } from "./condition.wait.ts"
import { EmbeddedError } from "./embedded.error.ts"
import type { Cluster } from "./postgres.cluster.ts"
import { childrenOf, processFacts, signalProcess, stillLives } from "./process.facts.ts"

const readyWithinMs = 60_000
const stopWithinMs = 20_000

/** A cluster and how to serve it. */
export interface Launch extends Cluster {
  readonly binDir: string
  readonly port: number
  readonly account: Account | undefined
  readonly logFile: string
  readonly settings: Readonly<Record<string, string | number>>
}

/** Starts the server process and waits until it answers; `born` hears of the process before that. */
export const launchPostgres = async (what: Launch, born: (child: Child) => void): Promise<Child> => {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: what.port,
    unix_socket_directories: "",
    ...what.settings
  }
  const child = await startChild({
    command: join(what.binDir, "postgres"),
    args: ["-D", what.folder, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    cwd: what.folder,
    account: what.account,
    logFile: what.logFile,
    farewell: "SIGINT"
  })
  born(child)
  let ended = false
  void child.ended.then(() => {
    ended = true
  })
  const answered = await holdsWithin(readyWithinMs, () => ended || isReady(what.folder, child.pid))
  if (answered && !ended) return child
  if (!ended) await killTree(child)
  throw new EmbeddedError(`Postgres did not start: ${lastComplaint(what.logFile)} (log: ${what.logFile})`)
}

// The eighth line of postmaster.pid is the server's state; pg_ctl reads it too.
const isReady = (folder: string, pid: number): boolean => {
  try {
    const lines = readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n")
    return Number(lines[0]) === pid && lines[7]?.trim() === "ready"
  } catch {
    return false
  }
}

const lastComplaint = (logFile: string): string =>
  readFileSync(logFile, "utf8")
    .split("\n")
    .findLast((line) => /FATAL|PANIC|error/i.test(line))
    ?.replace(/^.*(FATAL|PANIC): +/, "") ?? "it did not become ready in time"

/** Fast shutdown; immediate shutdown and SIGKILL when that takes too long. */
export const stopCleanly = async (child: Child): Promise<void> => {
  const facts = processFacts(child.pid)
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    signalProcess(child.pid, signal)
    if (await holdsWithin(stopWithinMs, () => facts === undefined || !stillLives(facts))) break
  }
  if (facts !== undefined && stillLives(facts)) await killTree(child)
  await child.ended
}

/** SIGKILL to postmaster and backends. Returns when the last has gone: only then is the shared memory free again. */
export const killTree = async (child: Child): Promise<void> => {
  signalProcess(child.pid, "SIGSTOP") // so that no backend is born while we list them
  const family = childrenOf(child.pid)
  for (const { pid } of [{ pid: child.pid }, ...family]) signalProcess(pid, "SIGKILL")
  await child.ended
  await holdsWithin(stopWithinMs, () => !family.some(stillLives))
}
