import { chmodSync, existsSync, mkdirSync, readlinkSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, it } from "vitest"
import { usableBinaries } from "./postgres.binaries.ts"
import { scratchFolder } from "./scratch.spec-support.ts"

const nobody = { name: "nobody", uid: 65_534, gid: 65_534 }

/** A package as npm unpacks it: no symbolic links, only their list. */
const unpacked = (folder: string): string => {
  const native = join(folder, "native")
  for (const part of ["bin", "lib"]) mkdirSync(join(native, part), { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "@some/linux-x64", version: "1.2.3" }))
  writeFileSync(join(native, "bin/postgres"), "")
  chmodSync(join(native, "bin/postgres"), 0o700)
  writeFileSync(join(native, "lib/libpq.so.5.18"), "")
  const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }]
  writeFileSync(join(native, "pg-symlinks.json"), JSON.stringify(links))
  return join(native, "bin")
}

it("gets the library links that the package's install script would have made", () => {
  const binDir = unpacked(scratchFolder())
  expect(usableBinaries(binDir, undefined, scratchFolder())).toBe(binDir)
  expect(readlinkSync(join(dirname(binDir), "lib/libpq.so.5"))).toBe("libpq.so.5.18")
  expect(usableBinaries(binDir, undefined, scratchFolder())).toBe(binDir)
})

it.runIf(process.getuid?.() === 0)("is copied, links and all, to where the account can run it", () => {
  const binDir = unpacked(scratchFolder(0o700))
  const copies = scratchFolder()
  const usable = usableBinaries(binDir, nobody, copies)
  expect(usable).toBe(join(copies, "linux-x64-1.2.3/native/bin"))
  expect(statSync(join(usable, "postgres")).mode & 0o777).toBe(0o755)
  expect(existsSync(join(usable, "../lib/libpq.so.5"))).toBe(true)
  expect(usableBinaries(binDir, nobody, copies)).toBe(usable)
})
