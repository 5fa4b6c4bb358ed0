import { readdirSync, readFileSync } from "node:fs"

/** What `/proc/<pid>/stat` says; `started` (clock ticks since boot) tells a process from a later one with the same id. */
export interface ProcessFacts {
  readonly pid: number
  readonly parent: number
  readonly started: string
}

/** The facts of a live process, or undefined when there is none (a zombie counts as gone). */
export const processFacts = (pid: number): ProcessFacts | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const [state, parent, started] = [fields[0], fields[1], fields[19]]
    if (state === "Z" || state === "X" || parent === undefined || started === undefined) return undefined
    return { pid, parent: Number(parent), started }
  } catch {
    return undefined
  }
}

/** Whether that very process still lives, not another one that got its id. */
export const stillLives = (facts: Pick<ProcessFacts, "pid" | "started">): boolean =>
  processFacts(facts.pid)?.started === facts.started

/** The live direct children of a process. */
export const childrenOf = (pid: number): ReadonlyArray<ProcessFacts> =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => processFacts(Number(entry)) ?? [])
    .filter((facts) => facts.parent === pid)

/** The command line of a process, its arguments joined by spaces; empty when it is gone or not ours to read. */
export const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()
  } catch {
    return ""
  }
}

/** Sends a signal and says nothing when the process has already gone. */
export const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown
  }
}
