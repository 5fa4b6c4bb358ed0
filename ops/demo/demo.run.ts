import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedError } from "@sluice/embedded"
import { Effect, Schema } from "effect"
import { type Stack, startStack } from "../dev/stack.ts"
import { DemoFailed } from "./demo.errors.ts"
import { makeProgress } from "./demo.progress.ts"
import { Story } from "./demo.story.ts"
import { type Tale, tell } from "./demo.tell.ts"
import { readExchanges } from "./exchanges.file.ts"
import { storyOf } from "./exchanges.story.ts"
import { examplePlan } from "./plan.story.ts"

/** What `npm run demo` understands. */
export interface DemoOptions {
  /** End with one JSON line on stdout; what people read goes to stderr. */
  readonly json: boolean
  /** A file of exchanges in place of the example. */
  readonly input?: string | undefined
  /** A folder to keep; default: a temporary one. */
  readonly data?: string | undefined
}

const interruptedCode = 130

/**
 * `npm run demo`: starts the stack on free ports, plays a story and drives a plan over HTTP, shows the read models, verifies
 * everything, and leaves nothing running, also on Ctrl-C. `DATABASE_URL` and `NATS_URL` replace the embedded servers.
 * @returns the exit code: 0, 1 when something went wrong or `verify` found something, 130 when interrupted
 */
export const runDemo = async (options: DemoOptions): Promise<number> => {
  const stopped = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort())
  const progress = makeProgress(process.stderr)
  const folder = options.data === undefined ? temporaryFolder() : { path: options.data, remove: () => {} }
  let stack: Stack | undefined
  try {
    const tale: Tale =
      options.input === undefined
        ? { story: example(), plan: examplePlan() }
        : { story: storyOf(readExchanges(options.input)), plan: undefined }
    progress.say(tale.story.about)
    stack = await startStack({
      dataDir: folder.path,
      databaseUrl: process.env.DATABASE_URL || undefined,
      natsUrl: process.env.NATS_URL || undefined,
      natsAccounts: process.env.NATS_ACCOUNTS || undefined,
      log: progress.say,
      signal: stopped.signal
    })
    return await Effect.runPromise(tell(tale, stack, progress, options.json), { signal: stopped.signal })
  } catch (thrown) {
    progress.end()
    if (stopped.signal.aborted) return interruptedCode
    if (!(thrown instanceof Error && isExpected(thrown))) throw thrown
    progress.say(`sluice demo: ${thrown.message}`)
    return 1
  } finally {
    progress.say("Stopping")
    await stack?.stop()
    if (options.data === undefined) await stack?.postgres?.destroy()
    folder.remove()
  }
}

const example = (): Story =>
  Schema.decodeUnknownSync(Story, { errors: "all", onExcessProperty: "error" })(
    JSON.parse(readFileSync(join(import.meta.dirname, "example.json"), "utf8"))
  )

/** Others may enter it: the embedded Postgres runs under an account of its own where we are root. */
const temporaryFolder = (): { path: string; remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "sluice-demo-"))
  chmodSync(path, 0o755)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Failures whose message is for people; everything else is a fault of ours and shows its stack. */
const isExpected = (error: Error): boolean =>
  error instanceof EmbeddedError || error instanceof DemoFailed || ("_tag" in error && error.message !== "")
