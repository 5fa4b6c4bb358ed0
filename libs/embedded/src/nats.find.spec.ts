import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, it, vi } from "vitest"
import { findNatsServer, natsVersion } from "./nats.find.ts"
import { scratchFolder } from "./scratch.spec-support.ts"

afterEach(() => vi.unstubAllEnvs())

const fakeServer = (version: string): string => {
  const folder = scratchFolder()
  writeFileSync(join(folder, "nats-server"), `#!/bin/sh\necho "nats-server: v${version}"\n`)
  chmodSync(join(folder, "nats-server"), 0o755)
  return folder
}

it("takes the first one on the PATH that is recent enough", () => {
  const old = fakeServer("2.8.4")
  const good = fakeServer("2.10.1")
  vi.stubEnv("PATH", `${old}:${good}:${fakeServer("2.11.0")}:${process.env.PATH}`)
  const found = findNatsServer(scratchFolder())
  expect(found).toBe(join(good, "nats-server"))
  expect(natsVersion(found)).toBe("2.10.1")
})

it("knows no version of what does not run", () => {
  expect(natsVersion(join(scratchFolder(), "nats-server"))).toBeUndefined()
})
