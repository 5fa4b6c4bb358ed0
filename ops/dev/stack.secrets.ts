import { randomBytes } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"

/** The development key that seals the secrets of webhooks, made on first use. Only its owner may read the file. */
export const ensureDevKey = (file: string): string => {
  try {
    return readFileSync(file, "utf8").trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
  const key = `dev:${randomBytes(32).toString("base64")}`
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  return key
}
