import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import {
  type Child,
  controlServer,
  EmbeddedError,
  type Ending,
  holdsWithin,
  signalProcess,
  startChild
} from "@sluice/embedded"

/** One of our services, or any program that logs a JSON line with `"msg":"ready"` and its `url`. */
export interface ServiceOptions {
  readonly name: string
  /** The program; default: `services/<name>/src/main.ts`. */
  readonly program?: string | undefined
  /** Its whole configuration. */
  readonly env: Readonly<Record<string, string>>
  readonly logDir: string
  /** Gives up waiting for it to become ready. */
  readonly signal?: AbortSignal | undefined
  /** Told when it ends without having been asked to. */
  readonly onDeath?: ((ending: Ending) => void) | undefined
}

/** A running service, in a process of its own. */
export interface Service {
  readonly name: string
  /** Where `/healthz`, `/readyz` and `/metrics` are; the API's own address. */
  readonly url: string
  readonly logFile: string
  /** Undefined while it is down. */
  readonly pid: number | undefined
  /** Again, with the same configuration. Resolves when it says that it is ready. */
  readonly start: () => Promise<void>
  /** SIGTERM: it drains. */
  readonly stop: () => Promise<void>
  /** SIGKILL. */
  readonly kill: () => Promise<void>
}

const readyWithinMs = 60_000
const drainWithinMs = 20_000
const root = fileURLToPath(new URL("../..", import.meta.url))

/** Starts a service and waits until it is ready. Fails with one sentence and the last line of its log. */
export const startService = async (options: ServiceOptions): Promise<Service> => {
  const { name } = options
  const logFile = join(options.logDir, `${name}.log`)
  let url = ""
  const control = controlServer({
    name,
    launch: async () => {
      const { child, ready } = await launch(options, logFile)
      url = ready
      return child
    },
    stop: drain,
    kill: async (child) => {
      signalProcess(child.pid, "SIGKILL")
      await child.ended
    },
    onDeath: options.onDeath
  })
  await control.start()
  return {
    name,
    logFile,
    get url() {
      return url
    },
    get pid() {
      return control.pid()
    },
    start: control.start,
    stop: control.stop,
    kill: control.kill
  }
}

/** MiB of long-lived and of young objects. Services need a third of it; without limits Node lets garbage grow to several times that. */
const heapLimits = ["--max-old-space-size=192", "--max-semi-space-size=16"]

const launch = async (options: ServiceOptions, logFile: string): Promise<{ child: Child; ready: string }> => {
  const program = options.program ?? join(root, "services", options.name, "src/main.ts")
  const from = sizeOf(logFile)
  const child = await startChild({
    command: process.execPath,
    args: [...heapLimits, program],
    cwd: root,
    env: { ...process.env, ...options.env },
    logFile,
    farewell: "SIGTERM"
  })
  let ending: Ending | undefined
  void child.ended.then((how) => {
    ending = how
  })
  let ready: string | undefined
  await holdsWithin(readyWithinMs, () => {
    ready = readyUrl(readFrom(logFile, from))
    return ready !== undefined || ending !== undefined || options.signal?.aborted === true
  })
  if (ready !== undefined && ending === undefined) return { child, ready }
  signalProcess(child.pid, "SIGKILL")
  options.signal?.throwIfAborted()
  const log = readFrom(logFile, from)
  throw new EmbeddedError(`${options.name} did not become ready (log: ${logFile}): ${complaint(log)}`)
}

/** The `url` of the line that says so, if it is there already. */
const readyUrl = (log: string): string | undefined => {
  for (const line of log.split("\n")) {
    if (!line.includes('"msg":"ready"')) continue
    const { url } = parsed(line)
    if (typeof url === "string") return url
  }
  return undefined
}

/** What a person wants to know of a failed start: the last error logged, else the last line that speaks of one. */
const complaint = (log: string): string => {
  const lines = log.trim().split("\n")
  const logged = lines.map(parsed).findLast(({ level }) => level === "error" || level === "fatal")
  if (typeof logged?.msg === "string") return logged.msg
  return lines.findLast((line) => /^\S*Error\b/.test(line)) ?? lines.at(-1) ?? ""
}

const parsed = (line: string): Record<string, unknown> => {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return {} // the end of a line is still being written, or it is no JSON
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

const readFrom = (file: string, offset: number): string => readFileSync(file).subarray(offset).toString("utf8")

const drain = async (child: Child): Promise<void> => {
  let ended = false
  void child.ended.then(() => {
    ended = true
  })
  signalProcess(child.pid, "SIGTERM")
  if (!(await holdsWithin(drainWithinMs, () => ended))) signalProcess(child.pid, "SIGKILL")
  await child.ended
}
