import { afterAll, expect } from "vitest"
import { type Outcome, runFault } from "../chaos/fault.run.ts"
import type { Fault } from "../chaos/fault.ts"
import { checkEverything } from "../check/check.all.ts"
import { type Findings, isClean } from "../check/check.findings.ts"
import { makeClient } from "../load/load.client.ts"
import { type Load, startLoad } from "../load/load.run.ts"
import { seededRandom } from "../random.seed.ts"
import { settle } from "./rig.settle.ts"
import { type Rig, startRig } from "./rig.ts"

/** Milliseconds for a test on the rig. */
export const patience = 120_000

const effort = { before: [10, 40], after: 15 } as const
const seed = Date.now() % 1_000_000

/** The stack under load for the tests of one file; its seed is in the output. */
export const loadedRig = async (): Promise<{
  readonly rig: Rig
  readonly load: Load
  readonly survive: (fault: Fault) => Promise<Outcome>
  /** At rest: everything acknowledged is there, once, in order, and readable. */
  readonly nothingIsWrong: () => Promise<void>
  /** At rest: everything is published and applied. */
  readonly settled: () => Promise<void>
}> => {
  console.log(`seed ${seed}`)
  const random = seededRandom(seed)
  const rig = await startRig()
  const load = startLoad({ client: makeClient(rig.doors), tenants: rig.tenants, random })
  afterAll(async () => {
    await load.stop()
    await rig.stop()
  }, patience)
  const clean = (findings: Findings): void => {
    expect(findings.examples).toEqual([])
    expect(isClean(findings)).toBe(true)
  }
  return {
    rig,
    load,
    survive: async (fault) => {
      const outcome = await runFault(rig, load, fault, random, effort).finally(() => void load.rest().catch(() => {}))
      clean(outcome.findings)
      return outcome
    },
    nothingIsWrong: async () => {
      await load.rest()
      clean(await checkEverything(rig, load.journal, random))
    },
    settled: async () => {
      await load.rest()
      await settle(rig)
    }
  }
}
