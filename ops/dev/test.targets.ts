import { spawn } from "node:child_process"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"

/** What a run of Nx came to: the tasks it names as failed (`@sluice/db:lint`). Empty when all succeeded. */
export type FailedTasks = ReadonlyArray<string>

/** Runs targets over the projects, two at a time, with the cache; what they print goes to our output. */
export const runTargets = async (
  root: string,
  targets: ReadonlyArray<string>,
  more: ReadonlyArray<string>,
  env: NodeJS.ProcessEnv
): Promise<FailedTasks> => {
  const nx = spawn(join(root, "node_modules/.bin/nx"), ["run-many", "-t", ...targets, ...fixed, ...more], {
    cwd: root,
    env: { ...process.env, ...quiet, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const passOn = (signal: NodeJS.Signals): void => void nx.kill(signal)
  process.on("SIGINT", passOn).on("SIGTERM", passOn)
  let printed = ""
  for (const stream of [nx.stdout, nx.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk
      process.stdout.write(chunk)
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    nx.once("error", reject)
    nx.once("close", resolve)
  })
  process.off("SIGINT", passOn).off("SIGTERM", passOn)
  if (code === 0) return []
  const named = failedTasks(printed)
  return named.length > 0 ? named : [`nx run-many (exit code ${code})`]
}

const fixed = ["--parallel=2", "--output-style=static"]
const quiet = { NX_DAEMON: "false", NX_TUI: "false" }

/** The tasks listed under Nx's closing "Failed tasks:". */
export const failedTasks = (printed: string): FailedTasks => {
  const [, list = ""] = stripVTControlCharacters(printed).split(/^\s*Failed tasks:\s*$/m)
  return [...list.matchAll(/^\s*- (\S+:\S+)\s*$/gm)].map(([, task]) => task as string)
}
