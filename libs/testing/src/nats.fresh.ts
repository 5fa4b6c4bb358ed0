import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type EmbeddedNats, findNatsServer, startNats } from "@sluice/embedded"
import { afterAll } from "vitest"
import { workFolder } from "./workspace.folder.ts"

/**
 * A nats-server of one's own with an empty JetStream (some 50 ms), to publish to, stop, kill or wipe. Call it at the top
 * of a spec: it ends after the file's last test.
 */
export const testNats = async (options: { readonly configFile?: string } = {}): Promise<EmbeddedNats> => {
  const storeDir = mkdtempSync(join(tmpdir(), "sluice-nats-"))
  const server = await startNats({ storeDir, binary: findNatsServer(workFolder), ...options })
  afterAll(async () => {
    await server.stop()
    rmSync(storeDir, { recursive: true, force: true })
  })
  return server
}
