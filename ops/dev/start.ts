import { fileURLToPath } from "node:url"
import { EmbeddedError } from "@sluice/embedded"
import { stateFile } from "./stack.state.ts"
import { type Stack, startStack } from "./stack.ts"
import { curlLine, developer, developerToken } from "./start.token.ts"

/** What `npm start` understands. */
export interface StartOptions {
  /** Of the API; default 4080. */
  readonly port?: number | undefined
  /** Default: `.sluice/data` in the checkout. */
  readonly data?: string | undefined
  /** One JSON line for scripts in place of the page for people. */
  readonly json?: boolean | undefined
  /** Where other commands find the stack; default: `.sluice/stack.json` in the checkout. */
  readonly stateFile?: string | undefined
}

export const defaultPort = 4080
export const defaultDataDir = fileURLToPath(new URL("../../.sluice/data", import.meta.url))

/**
 * `npm start`: runs the stack until SIGINT or SIGTERM, then stops it cleanly. `DATABASE_URL` and `NATS_URL` replace the
 * embedded servers. Progress goes to stderr; stdout gets one JSON line or one page once everything is ready.
 * @returns the exit code
 */
export const runStart = async (options: StartOptions): Promise<number> => {
  const stopped = new AbortController()
  // A terminal's Ctrl-C arrives two or three times, from the terminal and from npm: the first one counts.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort())
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  try {
    const stack = await startStack({
      dataDir: options.data ?? defaultDataDir,
      port: options.port ?? defaultPort,
      databaseUrl: process.env.DATABASE_URL || undefined,
      natsUrl: process.env.NATS_URL || undefined,
      natsAccounts: process.env.NATS_ACCOUNTS || undefined,
      stateFile: options.stateFile ?? stateFile,
      log,
      signal: stopped.signal
    })
    const token = await developerToken(stack.issuer)
    process.stdout.write(`${options.json ? readyLine(stack, token) : page(stack, token)}\n`)
    await aborted(stopped.signal)
    log("Stopping")
    await stack.stop()
    return 0
  } catch (thrown) {
    if (stopped.signal.aborted) return 0
    if (!(thrown instanceof EmbeddedError)) throw thrown
    log(`sluice start: ${thrown.message}`)
    return 1
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const alive = setInterval(() => {}, 60_000) // nothing else may keep the process, e.g. with servers of one's own
    const done = (): void => {
      clearInterval(alive)
      resolve()
    }
    if (signal.aborted) done()
    else signal.addEventListener("abort", done, { once: true })
  })

const readyLine = (stack: Stack, token: string): string =>
  JSON.stringify({
    ready: true,
    api: stack.api,
    tenant: developer.tenant,
    token,
    databaseUrl: stack.databaseUrl,
    natsUrl: stack.natsUrl,
    services: Object.fromEntries(
      [...stack.services].map(([name, { pid, url }]) => [name, { pid, metrics: `${url}/metrics` }])
    )
  })

const page = (stack: Stack, token: string): string =>
  [
    "",
    "Sluice is running.",
    "",
    `  API         ${stack.api}/v1`,
    `  docs        ${stack.api}/docs`,
    ...[...stack.services].map(([name, { url, pid }]) => `  ${name.padEnd(11)} ${url}/metrics (process ${pid})`),
    `  Postgres    ${stack.databaseUrl}`,
    `  NATS        ${stack.natsUrl}`,
    `  data, logs  ${stack.dataDir}`,
    "",
    `A token of tenant ${developer.tenant} for the next ${developer.hours} hours (npm run sluice -- token makes others):`,
    "",
    token,
    "",
    "Try:",
    "",
    curlLine(stack.api ?? "", token),
    "",
    "Ctrl-C stops everything; the data stays."
  ].join("\n")
