import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { chownSync, existsSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import { mayUse } from "./account.choose.ts"
import { sharedHome } from "./postgres.home.ts"
import { startPostgres } from "./postgres.server.ts"
import { scratchFolder } from "./scratch.spec-support.ts"

const isRoot = process.getuid?.() === 0
const nobody = { name: "nobody", uid: 65_534, gid: 65_534 }
const script = fileURLToPath(new URL("./servers.spec-program.ts", import.meta.url))
const ownerOf = (pid: number): number => statSync(`/proc/${pid}`).uid

describe.runIf(isRoot)("as root", () => {
  it("runs under an unprivileged account inside the data folder", async () => {
    const dataDir = scratchFolder()
    const server = await startPostgres({ dataDir })
    onTestFinished(server.destroy)
    expect(server.home).toBe(join(dataDir, "postgres"))
    expect(ownerOf(server.pid as number)).toBeGreaterThan(0)
  })

  it("moves to /var/lib/sluice when that account cannot enter the folder", async () => {
    const dataDir = join(scratchFolder(0o700), "data")
    const server = await startPostgres({ dataDir })
    onTestFinished(server.destroy)
    const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 16)
    expect(server.home).toBe(join(sharedHome, hash))
    await server.kill()
    await server.start()
    await server.destroy()
    expect(existsSync(server.home)).toBe(false)
  })

  it("makes a new cluster there once the data folder was deleted", async () => {
    const dataDir = join(scratchFolder(0o700), "data")
    const before = await startPostgres({ dataDir })
    onTestFinished(before.destroy)
    await before.stop()
    rmSync(dataDir, { recursive: true })
    const after = await startPostgres({ dataDir })
    onTestFinished(after.destroy)
    expect(after.home).toBe(before.home)
    expect(new URL(after.url).password).not.toBe(new URL(before.url).password)
  })
})

describe.runIf(isRoot && mayUse(nobody, "r", script))("as an ordinary user", () => {
  const folderOf = (mode: number): string => {
    const folder = scratchFolder(mode)
    chownSync(folder, nobody.uid, nobody.gid)
    return folder
  }

  it("keeps everything in the data folder, which only its owner may enter", async () => {
    const folder = folderOf(0o700)
    const child = spawn(process.execPath, [script, folder], { uid: nobody.uid, gid: nobody.gid, cwd: "/" })
    let printed = ""
    child.stdout.on("data", (chunk) => {
      printed += chunk
      if (printed.includes("\n")) child.kill("SIGTERM")
    })
    await new Promise((resolve) => child.once("close", resolve))
    expect(JSON.parse(printed)).toMatchObject({ home: join(folder, "postgres"), uid: nobody.uid })
    expect(readFileSync(join(folder, "postgres/cluster/PG_VERSION"), "utf8").trim()).toBe("18")
  })

  it("says in one sentence that it may not write there", async () => {
    const folder = scratchFolder(0o755)
    const child = spawn(process.execPath, [script, folder], { uid: nobody.uid, gid: nobody.gid, cwd: "/" })
    let complaint = ""
    child.stderr.on("data", (chunk) => {
      complaint += chunk
    })
    await new Promise((resolve) => child.once("close", resolve))
    expect(complaint).toContain(`the folder ${folder}/postgres cannot be used`)
  })
})
