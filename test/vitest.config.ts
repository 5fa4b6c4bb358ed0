import { mergeConfig } from "vitest/config"
import base from "../vitest.base.ts"

/** The bench below this folder is a project of its own. */
export default mergeConfig(base, { test: { exclude: ["bench/**"] } })
