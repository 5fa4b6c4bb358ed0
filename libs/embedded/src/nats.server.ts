import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join, relative, resolve } from "node:path"
import { type Child, type Ending, startChild } from "./child.process.ts"
import { holdsWithin } from "./condition.wait.ts"
import { EmbeddedError } from "./embedded.error.ts"
import { makeFolder } from "./folder.make.ts"
import { findNatsServer } from "./nats.find.ts"
import { natsLock, natsLog, reloadNats } from "./nats.reload.ts"
import { freePort, requirePort } from "./port.free.ts"
import { signalProcess } from "./process.facts.ts"
import { controlServer } from "./server.control.ts"

/** What to start. */
export interface NatsOptions {
  /** Holds JetStream's files, the log and the lock; made if missing. */
  readonly storeDir: string
  /** Default: a free one. */
  readonly port?: number | undefined
  /** Accounts, permissions, limits; address, port and store are ours and win, `MAX_PAYLOAD` holds unless it says otherwise. */
  readonly configFile?: string | undefined
  /** Default: `findNatsServer(storeDir)`. */
  readonly binary?: string | undefined
  /** Told when the server ends without having been asked to. */
  readonly onDeath?: ((ending: Ending) => void) | undefined
}

/** A nats-server with JetStream on 127.0.0.1, ended with this process at the latest. */
export interface EmbeddedNats {
  readonly url: string
  readonly port: number
  /** Undefined while it is down. */
  readonly pid: number | undefined
  /** Again, on the same port with the same store. */
  readonly start: () => Promise<void>
  /** Clean: JetStream writes everything to its files. */
  readonly stop: () => Promise<void>
  /** SIGKILL; what JetStream had not yet written may be lost. */
  readonly kill: () => Promise<void>
  /** Deletes every stream and consumer. Only while the server is down. */
  readonly wipeStore: () => void
  /** Reads its configuration again; connections stay. */
  readonly reload: () => Promise<void>
}

/** Bytes of a message at most: an event may hold a whole document. nats-server by itself takes 1 MiB. */
export const MAX_PAYLOAD = 4 * 1024 * 1024

const readyWithinMs = 60_000
const stopWithinMs = 20_000

/** Starts a nats-server on loopback. Fails with an `EmbeddedError` whose one sentence says what to do. */
export const startNats = async (options: NatsOptions): Promise<EmbeddedNats> => {
  const storeDir = makeFolder(options.storeDir)
  const binary = options.binary ?? findNatsServer(storeDir)
  const port = options.port ?? (await freePort())
  const control = controlServer({
    name: "nats-server",
    lockFile: natsLock(storeDir),
    launch: async (born) => {
      await requirePort(port, "nats-server")
      return launch(binary, { ...options, storeDir, port }, born)
    },
    stop: stopCleanly,
    kill: async (child) => {
      signalProcess(child.pid, "SIGKILL")
      await child.ended
    },
    onDeath: options.onDeath
  })
  await control.start()
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get pid() {
      return control.pid()
    },
    start: control.start,
    stop: control.stop,
    kill: control.kill,
    wipeStore: () => {
      if (control.pid() !== undefined) throw new EmbeddedError("stop nats-server before its store is deleted")
      rmSync(join(storeDir, "jetstream"), { recursive: true, force: true })
    },
    reload: async () => {
      if (!(await reloadNats(storeDir))) throw new EmbeddedError("nats-server does not run")
    }
  }
}

const launch = async (binary: string, options: NatsOptions, born: (child: Child) => void): Promise<Child> => {
  const { storeDir, port } = options
  const logFile = natsLog(storeDir)
  const child = await startChild({
    command: binary,
    args: ["-a", "127.0.0.1", "-p", String(port), "-c", writeConfig(options)],
    cwd: storeDir,
    logFile,
    farewell: "SIGINT"
  })
  born(child)
  let ended = false
  void child.ended.then(() => {
    ended = true
  })
  const answered = await holdsWithin(readyWithinMs, async () => ended || (await greets(port as number)))
  if (answered && !ended) return child
  signalProcess(child.pid, "SIGKILL")
  throw new EmbeddedError(`nats-server did not start: ${lastComplaint(logFile)} (log: ${logFile})`)
}

/**
 * Of a value given twice the later one holds. JetStream is not asked for by the command line's `-js`: a server that was (2.9.10) ends
 * JetStream when it reads its configuration again.
 */
const writeConfig = ({ storeDir, configFile }: NatsOptions): string => {
  const file = join(storeDir, "embedded.conf")
  const include = configFile === undefined ? "" : `include ${JSON.stringify(relative(storeDir, resolve(configFile)))}\n`
  writeFileSync(file, `max_payload: ${MAX_PAYLOAD}\n${include}jetstream { store_dir: ${JSON.stringify(storeDir)} }\n`)
  return file
}

/** A nats-server sends `INFO {…}` to whoever connects, once JetStream has recovered. */
const greets = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port })
    const answer = (greeted: boolean): void => {
      socket.destroy()
      resolve(greeted)
    }
    socket.once("data", (data) => answer(data.toString("utf8", 0, 4) === "INFO"))
    socket.once("error", () => answer(false))
    socket.once("close", () => resolve(false))
  })

const lastComplaint = (logFile: string): string =>
  readFileSync(logFile, "utf8")
    .trim()
    .split("\n")
    .at(-1)
    ?.replace(/^\[\d+\] \S+ \S+ /, "") ?? "it did not answer in time"

const stopCleanly = async (child: Child): Promise<void> => {
  let ended = false
  void child.ended.then(() => {
    ended = true
  })
  signalProcess(child.pid, "SIGINT")
  if (!(await holdsWithin(stopWithinMs, () => ended))) signalProcess(child.pid, "SIGKILL")
  await child.ended
}
