import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const databaseDir = join(dirname(fileURLToPath(import.meta.url)), "..")
export const migrationsDir = join(databaseDir, "migrations")

/** The SQL files of a folder of `db`, by name. */
export const sqlFiles = (folder: "roles" | "functions" | "migrations"): ReadonlyArray<{ name: string; text: string }> =>
  readdirSync(join(databaseDir, folder))
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), text: readFileSync(join(databaseDir, folder, file), "utf8") }))
