import { accessSync, chmodSync, constants, mkdirSync } from "node:fs"
import { resolve } from "node:path"
import { EmbeddedError, reasonOf } from "./embedded.error.ts"

/** The absolute path of a folder, made if missing, that we may write to; one sentence if not. */
export const makeFolder = (wanted: string): string => {
  const folder = resolve(wanted)
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
    return folder
  } catch (thrown) {
    throw new EmbeddedError(
      `the folder ${folder} cannot be used (${reasonOf(thrown)}): choose one that you may write to`
    )
  }
}

/** A folder of ours that every account may enter, whatever our umask. */
export const makeOpenFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
}
