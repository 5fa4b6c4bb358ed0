import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type EmbeddedNats, findNatsServer, startNats } from "@sluice/embedded"
import { afterAll, expect } from "vitest"
import { reportEvents, watchEvents } from "./events.watched.ts"
import { workFolder } from "./workspace.folder.ts"

export type TestNats = EmbeddedNats & {
  /** Of JetStream's files. */
  readonly storeDir: string
  /** Lets an event be published that is broken on purpose. */
  readonly poison: (eventId: string) => void
}

export interface TestNatsOptions {
  /** Accounts and permissions. */
  readonly configFile?: string
  /** With accounts: the seed of a user who may hear every event. */
  readonly seed?: string
}

/**
 * A nats-server of one's own with an empty JetStream (some 50 ms), to publish to, stop, kill or wipe. Call it at the top
 * of a spec: it ends after the file's last test. Every event that is published there meanwhile must be one that the AsyncAPI document
 * describes.
 */
export const testNats = async (options: TestNatsOptions = {}): Promise<TestNats> => {
  const { configFile, seed } = options
  const storeDir = mkdtempSync(join(tmpdir(), "sluice-nats-"))
  const server = await startNats({ storeDir, binary: findNatsServer(workFolder), configFile })
  const watch = await watchEvents(server.url, seed)
  afterAll(async () => {
    const watched = await watch.stop()
    await server.stop()
    rmSync(storeDir, { recursive: true, force: true })
    reportEvents(watched.checked)
    expect(watched.faults, "events that contracts/asyncapi.yaml does not describe").toEqual([])
  })
  return Object.assign(server, { storeDir, poison: watch.poison })
}
