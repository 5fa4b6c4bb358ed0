import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Exit } from "effect"
import { Command } from "effect/cli"
import { commands } from "./commands.ts"

/** What a command came to. */
export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

const run = Command.runWith(commands, { version: "0" })

/** Lines instead of a terminal. */
const capture = (told: (line: string) => void = () => {}) => {
  const out: Array<string> = []
  const err: Array<string> = []
  const keep =
    (lines: Array<string>) =>
    (...args: ReadonlyArray<unknown>): void => {
      lines.push(args.map(String).join(" "))
      told(lines.at(-1) as string)
    }
  const console = Object.assign(Object.create(globalThis.console), { log: keep(out), error: keep(err) })
  return { out, err, console: console as Console.Console }
}

const program = (args: ReadonlyArray<string>, console: Console.Console) =>
  run(args).pipe(Effect.provide(NodeServices.layer), Effect.provideService(Console.Console, console))

/** Runs `sluice …` in this process, as `main.ts` does. */
export const sluice = async (...args: ReadonlyArray<string>): Promise<Said> => {
  const { out, err, console } = capture()
  const before = process.exitCode
  process.exitCode = 0
  const exit = await Effect.runPromiseExit(program(args, console))
  const code = Exit.isSuccess(exit) ? Number(process.exitCode ?? 0) : 1
  process.exitCode = before
  return { code, out: out.join("\n"), err: err.join("\n") }
}

/** Runs a command that never ends until it has said a line that fits; `meanwhile` makes it happen and may repeat. */
export const sluiceUntil = async (
  fits: (line: string) => boolean,
  meanwhile: () => Promise<unknown>,
  ...args: ReadonlyArray<string>
): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const ended = new AbortController()
  const { console } = capture((line) => {
    if (fits(line)) resolve(line)
  })
  const running = Effect.runPromiseExit(program(args, console), { signal: ended.signal })
  void running.then(() => reject(new Error(`sluice ${args.join(" ")} has ended by itself`)))
  let waiting = true
  const settled = (): void => {
    waiting = false
  }
  void promise.then(settled, settled)
  while (waiting) await meanwhile()
  ended.abort()
  await running
  return promise
}
