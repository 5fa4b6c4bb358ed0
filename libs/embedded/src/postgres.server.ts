import { rmSync } from "node:fs"
import { join } from "node:path"
import { serverAccount } from "./account.choose.ts"
import type { Ending } from "./child.process.ts"
import { freePort, requirePort } from "./port.free.ts"
import { npmBinaries, usableBinaries } from "./postgres.binaries.ts"
import { ensureCluster } from "./postgres.cluster.ts"
import { postgresHome } from "./postgres.home.ts"
import { killTree, launchPostgres, stopCleanly } from "./postgres.process.ts"
import { controlServer } from "./server.control.ts"

/** What to start. */
export interface PostgresOptions {
  /** Made if missing; the cluster in it survives. */
  readonly dataDir: string
  /** Default: a free one. */
  readonly port?: number | undefined
  /** A folder with `initdb` and `postgres`; default: the binaries from npm. */
  readonly binDir?: string | undefined
  /** Server settings beyond the defaults, e.g. `{ max_connections: 300 }`. */
  readonly settings?: Readonly<Record<string, string | number>> | undefined
  /** Told when the server ends without having been asked to. */
  readonly onDeath?: ((ending: Ending) => void) | undefined
}

/** A Postgres of one's own on 127.0.0.1, ended with this process at the latest. */
export interface EmbeddedPostgres {
  /** As superuser `postgres`, on the database `postgres`. */
  readonly url: string
  readonly port: number
  /** The folder that holds cluster and log. */
  readonly home: string
  /** Undefined while it is down. */
  readonly pid: number | undefined
  /** Again, on the same port with the same data. */
  readonly start: () => Promise<void>
  /** Clean: open transactions are rolled back, everything is written. */
  readonly stop: () => Promise<void>
  /** SIGKILL to every process of it, as a power cut would; the next start recovers. */
  readonly kill: () => Promise<void>
  /** Stops it and deletes the cluster. */
  readonly destroy: () => Promise<void>
}

/** Starts a Postgres on loopback TCP. Fails with an `EmbeddedError` whose one sentence says what to do. */
export const startPostgres = async (options: PostgresOptions): Promise<EmbeddedPostgres> => {
  const account = serverAccount()
  const home = postgresHome(options.dataDir, account)
  const binDir = usableBinaries(options.binDir ?? npmBinaries(), account, home.copies)
  const port = options.port ?? (await freePort())
  let password = ""
  const control = controlServer({
    name: "Postgres",
    lockFile: join(home.dataDir, "postgres.lock"),
    launch: async (born) => {
      await requirePort(port, "Postgres")
      const cluster = ensureCluster(home, binDir, account)
      password = cluster.password
      const logFile = join(home.home, "postgres.log")
      return launchPostgres({ ...cluster, binDir, port, account, logFile, settings: options.settings ?? {} }, born)
    },
    stop: stopCleanly,
    kill: killTree,
    onDeath: options.onDeath
  })
  await control.start()
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    home: home.home,
    get pid() {
      return control.pid()
    },
    start: control.start,
    stop: control.stop,
    kill: control.kill,
    destroy: async () => {
      await control.stop()
      rmSync(home.home, { recursive: true, force: true })
    }
  }
}
