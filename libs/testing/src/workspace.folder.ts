import { fileURLToPath } from "node:url"

/** The checkout's `.sluice` folder, where downloaded binaries and the development stack's data live. */
export const workFolder = fileURLToPath(new URL("../../../.sluice", import.meta.url))
