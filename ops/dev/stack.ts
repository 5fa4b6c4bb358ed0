import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { type DevIssuer, ensureDevIssuer } from "@sluice/auth/dev-issuer"
import { migrate } from "@sluice/db/migrate"
import {
  type EmbeddedNats,
  type EmbeddedPostgres,
  type Ending,
  makeFolder,
  requirePort,
  takeLock
} from "@sluice/embedded"
import { type Service, startService } from "./service.process.ts"
import { ensureDevKey } from "./stack.secrets.ts"
import { accountsFolder, startBroker, startDatabase } from "./stack.servers.ts"
import { type ServiceName, type Surroundings, serviceEnv, serviceNames } from "./stack.services.ts"
import { announceStack, withdrawStack } from "./stack.state.ts"

/** What to start. */
export interface StackOptions {
  /** Everything that must survive: database, streams, signing key, logs. */
  readonly dataDir: string
  /** Of the API; default: a free one. */
  readonly port?: number | undefined
  /** An administrator's URL of a database of one's own; default: an embedded Postgres. */
  readonly databaseUrl?: string | undefined
  /** A broker of one's own; default: an embedded nats-server. */
  readonly natsUrl?: string | undefined
  /** With `natsUrl`: the folder of that broker's accounts, whose keys the services then use; default: they name no user. */
  readonly natsAccounts?: string | undefined
  /** Default: all. */
  readonly services?: ReadonlyArray<ServiceName> | undefined
  /** Further environment of every service, e.g. `{ LOG_LEVEL: "debug" }`. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Announce the stack in this file (see `stateFile`); default: nowhere. */
  readonly stateFile?: string | undefined
  /** One line per step, and one when something dies. */
  readonly log: (line: string) => void
  /** Gives up a start that is under way and stops what it had started. */
  readonly signal?: AbortSignal | undefined
}

/** A running stack. What is down may be started again by its own handle. */
export interface Stack {
  readonly dataDir: string
  readonly api: string | undefined
  readonly databaseUrl: string
  readonly natsUrl: string
  /** Folder of the broker's accounts, where we know of some. */
  readonly natsAccounts: string | undefined
  readonly issuer: DevIssuer
  /** What seals the secrets of webhooks, as `SECRETS_KEY` has it. */
  readonly secretsKey: string
  /** Undefined when the database is one's own. */
  readonly postgres: EmbeddedPostgres | undefined
  /** Undefined when the broker is one's own. */
  readonly nats: EmbeddedNats | undefined
  readonly services: ReadonlyMap<ServiceName, Service>
  /** One more instance of a service, e.g. a standby; stopped with the stack. */
  readonly addService: (name: ServiceName, instance: string) => Promise<Service>
  /** Services first (they drain), then the broker, then the database. */
  readonly stop: () => Promise<void>
}

/**
 * Starts Postgres and nats-server (or uses one's own), migrates, makes the development issuer and starts every service
 * as its own process. A start that fails or is given up leaves nothing running. Nothing is restarted by itself: a death
 * is reported.
 */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const undo: Array<() => void | Promise<void>> = []
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step()
  }
  try {
    return await build(options, undo, stop)
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

const build = async (
  options: StackOptions,
  undo: Array<() => void | Promise<void>>,
  stop: () => Promise<void>
): Promise<Stack> => {
  const { log } = options
  const dataDir = makeFolder(options.dataDir)
  const lock = await takeLock(join(dataDir, "stack.lock"), "the development stack")
  undo.push(lock.release)
  if (options.port !== undefined) await requirePort(options.port, "the API")
  const step = (line: string): void => {
    options.signal?.throwIfAborted()
    log(line)
  }
  const lost = (name: string, detail = ""): void => log(`${name} ended without being asked to${detail}`)

  step(options.databaseUrl === undefined ? "Starting Postgres" : "Using the Postgres of DATABASE_URL")
  const database = options.databaseUrl === undefined ? await startDatabase(dataDir, lost) : undefined
  if (database !== undefined) undo.push(database.server.stop)
  const databaseUrl = database?.url ?? (options.databaseUrl as string)

  step(options.natsUrl === undefined ? "Starting nats-server" : "Using the broker of NATS_URL")
  const nats = options.natsUrl === undefined ? await startBroker(dataDir, lost) : undefined
  if (nats !== undefined) undo.push(nats.stop)
  const natsUrl = nats?.url ?? (options.natsUrl as string)
  const natsAccounts = nats === undefined ? options.natsAccounts : accountsFolder(dataDir)

  step("Migrating the database")
  await migrate(databaseUrl)
  const issuerDir = join(dataDir, "issuer")
  const issuer = await ensureDevIssuer(issuerDir)

  const logDir = join(dataDir, "log")
  mkdirSync(logDir, { recursive: true })
  const secretsKey = ensureDevKey(join(dataDir, "secrets.key"))
  const surroundings: Surroundings = { databaseUrl, natsUrl, natsAccounts, issuer, secretsKey }
  const launch = async (name: ServiceName, port: number | undefined, instance?: string): Promise<Service> => {
    const called = instance === undefined ? name : `${name}-${instance}`
    const service = await startService({
      name: called,
      program: join(import.meta.dirname, "../../services", name, "src/main.ts"),
      env: {
        ...(await serviceEnv(name, surroundings, port)),
        ...(instance !== undefined && { INSTANCE_ID: called }),
        ...options.env
      },
      logDir,
      signal: options.signal,
      onDeath: (ending) => lost(called, ` (${howEnded(ending)}), see ${join(logDir, `${called}.log`)}`)
    })
    undo.push(service.stop)
    return service
  }

  const wanted = options.services ?? serviceNames
  step(`Starting ${wanted.join(", ")}`)
  const started = await Promise.allSettled(
    wanted.map(async (name) => [name, await launch(name, name === "api" ? options.port : undefined)] as const)
  )
  const services = new Map(started.map((one) => valueOf(one)))
  options.signal?.throwIfAborted()

  const api = services.get("api")?.url
  if (options.stateFile !== undefined) {
    const file = options.stateFile
    const servers = { databaseUrl, natsUrl, ...(natsAccounts && { natsAccounts }) }
    announceStack({ dataDir, issuerDir, api: api ?? "", ...servers, services: stateOf(services) }, file)
    undo.push(() => withdrawStack(file))
  }
  return {
    dataDir,
    api,
    databaseUrl,
    natsUrl,
    natsAccounts,
    issuer,
    secretsKey,
    postgres: database?.server,
    nats,
    services,
    addService: (name, instance) => launch(name, undefined, instance),
    stop
  }
}

const valueOf = <A>(settled: PromiseSettledResult<A>): A => {
  if (settled.status === "fulfilled") return settled.value
  throw settled.reason
}

const howEnded = ({ code, signal }: Ending): string => (signal === null ? `exit code ${code}` : signal)

const stateOf = (services: ReadonlyMap<ServiceName, Service>) =>
  Object.fromEntries(
    [...services].map(([name, service]) => [
      name,
      { pid: service.pid as number, metrics: `${service.url}/metrics`, log: service.logFile }
    ])
  )
