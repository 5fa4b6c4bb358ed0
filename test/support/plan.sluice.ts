import { execFile } from "node:child_process"
import { join } from "node:path"

const main = join(import.meta.dirname, "../../ops/cli/main.ts")

/** What a command came to. */
export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

/**
 * Runs `sluice …` in a process of its own, as a person at a terminal does.
 *
 * @param stateFile of the running stack that it finds
 */
export const sluiceOn =
  (stateFile: string) =>
  (...args: ReadonlyArray<string>): Promise<Said> =>
    new Promise((resolve) => {
      const env = { ...process.env, SLUICE_STACK: stateFile, DATABASE_URL: "", NATS_URL: "" }
      const child = execFile(process.execPath, [main, ...args], { env, maxBuffer: 2 ** 26 }, (_, out, err) =>
        resolve({ code: child.exitCode ?? 1, out, err })
      )
    })
