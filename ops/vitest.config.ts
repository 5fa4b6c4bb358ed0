import { mergeConfig } from "vitest/config"
import base from "../vitest.base.ts"

/** The command line looks for its stack where the environment says when it is imported, and each spec has a stack of its own. */
export default mergeConfig(base, { test: { isolate: true } })
