import { statSync } from "node:fs"
import { join } from "node:path"
import { startNats } from "./nats.server.ts"
import { startPostgres } from "./postgres.server.ts"

/** Starts both servers under the given folder, prints one JSON line about them, and then waits to be ended. */
const [folder = ""] = process.argv.slice(2)
const postgres = await startPostgres({ dataDir: join(folder, "postgres") })
const nats = await startNats({ storeDir: join(folder, "nats") })
const pids = [postgres.pid, nats.pid]
console.log(
  JSON.stringify({ pids, home: postgres.home, uid: statSync(`/proc/${postgres.pid}`).uid, port: postgres.port })
)
setInterval(() => {}, 60_000)
