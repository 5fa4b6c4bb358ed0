import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

/** An empty folder that anybody may enter, deleted after the test. */
export const scratchFolder = (mode = 0o755): string => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-embedded-"))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
