import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

const main = join(import.meta.dirname, "../../ops/cli/main.ts")

/** What a run of the demo came to. */
export interface DemoRun {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** An empty folder for everything temporary, deleted after the test. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-demo-spec-"))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs `sluice demo …` with its temporary files in `folder`, on servers of its own; `onError` sees what it says and may press Ctrl-C. */
export const runDemo = (
  folder: string,
  args: ReadonlyArray<string>,
  onError: (soFar: string, signal: (name: NodeJS.Signals) => void) => void = () => {}
): Promise<DemoRun> =>
  new Promise((resolve, reject) => {
    const demo = spawn(process.execPath, [main, "demo", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a process group of its own: a terminal's Ctrl-C reaches all of it
      env: { ...process.env, TMPDIR: folder, DATABASE_URL: "", NATS_URL: "" }
    })
    onTestFinished(() => void demo.kill("SIGKILL"))
    let out = ""
    let err = ""
    demo.stdout.on("data", (chunk) => {
      out += chunk
    })
    demo.stderr.on("data", (chunk) => {
      err += chunk
      onError(err, (name) => process.kill(-(demo.pid as number), name))
    })
    demo.once("error", reject)
    demo.once("close", (code) => resolve({ code, out, err }))
  })

/** Processes that were started with this folder for temporary files, whatever they are. */
export const leftRunning = (folder: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`TMPDIR=${folder}`)
    } catch {
      return false // gone meanwhile, or somebody else's
    }
  })
