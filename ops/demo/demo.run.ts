import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { roleUrl } from "@sluice/db/migrate"
import { EmbeddedError } from "@sluice/embedded"
import { Effect, Schema } from "effect"
import { makeClient } from "../cli/shared/api.client.ts"
import { verifyLines } from "../cli/verify/verify.lines.ts"
import { verify } from "../cli/verify/verify.ts"
import { type Stack, startStack } from "../dev/stack.ts"
import { DemoFailed } from "./demo.errors.ts"
import { play } from "./demo.play.ts"
import { makeProgress, type Progress } from "./demo.progress.ts"
import { readModels } from "./demo.read.ts"
import { Story } from "./demo.story.ts"
import { approvalsTable, sessionsTable } from "./demo.tables.ts"
import { readExchanges } from "./exchanges.file.ts"
import { storyOf } from "./exchanges.story.ts"

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
/** What everybody may do: nobody is an administrator, so only one's own approvals can be cancelled. */
const everyday = "sessions:read sessions:write approvals:read approvals:write approvals:decide"

/**
 * `npm run demo`: starts the stack on free ports, plays a story over HTTP, shows the read models, verifies everything, and
 * leaves nothing running, also on Ctrl-C. `DATABASE_URL` and `NATS_URL` replace the embedded servers.
 * @returns the exit code: 0, 1 when something went wrong or `verify` found something, 130 when interrupted
 */
export const runDemo = async (options: DemoOptions): Promise<number> => {
  const stopped = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopped.abort())
  const progress = makeProgress(process.stderr)
  const folder = options.data === undefined ? temporaryFolder() : { path: options.data, remove: () => {} }
  let stack: Stack | undefined
  try {
    const story = options.input === undefined ? example() : storyOf(readExchanges(options.input))
    progress.say(story.about)
    stack = await startStack({
      dataDir: folder.path,
      databaseUrl: process.env.DATABASE_URL || undefined,
      natsUrl: process.env.NATS_URL || undefined,
      log: progress.say,
      signal: stopped.signal
    })
    return await Effect.runPromise(tell(story, stack, progress, options.json), { signal: stopped.signal })
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

/** One run on a stack that runs: the story, the tables, the proof. */
const tell = (story: Story, stack: Stack, progress: Progress, json: boolean) =>
  Effect.gen(function* () {
    const out = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`)
    const tenant = `demo-${Date.now().toString(36)}` // so that a folder that is kept shows this run alone
    const api = stack.api as string
    const total = story.steps.length
    const sign = (claims: { sub: string; roles: ReadonlyArray<string>; kind: string }) =>
      stack.issuer.sign({ tenant, scope: everyday, ...claims, roles: [...claims.roles] }, "1h")
    const played = yield* play(story, {
      api,
      tokenOf: ({ name, roles, kind = "user" }) => sign({ sub: name, roles, kind }),
      onStep: (done, words) => progress.step(done, total, words)
    })
    progress.step(total, total, "done")
    progress.end()

    const token = yield* Effect.promise(() => sign({ sub: "reader", roles: [], kind: "user" }))
    const { sessions, approvals } = yield* readModels(yield* makeClient({ url: api, token }), played)
    const names = new Map([...played.approvals].map(([name, { id }]) => [id, name]))
    out(`\nSessions\n${sessionsTable(sessions)}`)
    out(`\nApprovals\n${approvalsTable(approvals, ({ id }) => names.get(id) ?? id)}`)

    const report = yield* verify({
      databaseUrl: roleUrl(stack.databaseUrl, "sluice_operator"),
      natsUrl: stack.natsUrl,
      onStep: progress.say
    })
    out(`\nVerified\n${verifyLines(report)}`)
    out(`${total} steps played, ${played.refusals} of them refused as they must be.`)
    const { ok, events, published, drift, skipped } = report
    const summary = { ok, events, published, sessions: sessions.length, approvals: approvals.length, drift, skipped }
    if (json) process.stdout.write(`${JSON.stringify(summary)}\n`)
    return ok ? 0 : 1
  })

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
