import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What to measure, and how to say it. */
export interface BenchOptions {
  /** End with one line of JSON. */
  readonly json?: boolean
  /** Names of figures; default: all. */
  readonly only?: ReadonlyArray<string>
  /** Seconds instead of minutes: shows that everything is measured, says nothing about speed. */
  readonly short?: boolean
}

const program = fileURLToPath(new URL("../../test/bench/src/main.ts", import.meta.url))

/**
 * `npm run bench`: measures in a process of its own, so that nothing else is loaded there. Answers the exit code: 0 when
 * every figure was measured (whatever it came to), 1 when one could not be, 2 for an unknown figure.
 */
export const runBench = (options: BenchOptions = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const bench = spawn(
      process.execPath,
      [
        program,
        ...(options.json ? ["--json"] : []),
        ...(options.short ? ["--short"] : []),
        ...(options.only ?? []).flatMap((name) => ["--only", name])
      ],
      { stdio: "inherit" }
    )
    const passOn = (signal: NodeJS.Signals): void => void bench.kill(signal)
    process.on("SIGINT", passOn).on("SIGTERM", passOn)
    bench.once("error", reject)
    bench.once("close", (code) => {
      process.off("SIGINT", passOn).off("SIGTERM", passOn)
      resolve(code ?? 1)
    })
  })
