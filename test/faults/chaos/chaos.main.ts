import { parseArgs } from "node:util"
import { seededRandom } from "../random.seed.ts"
import { planFaults } from "./chaos.plan.ts"
import { isKept, reportJson, reportTable } from "./chaos.report.ts"
import { runChaos } from "./chaos.run.ts"

/**
 * `npm run chaos [-- --seed N --kills N --json]`: faults at random points under load, everything checked after each. The
 * seed is printed and chooses the faults, their order and the load; when exactly they strike also depends on the machine.
 * Progress goes to stderr. Exits 1 when anything was lost, doubled, out of order, wrong or stuck, or a takeover took longer
 * than five seconds.
 */
const refuse = (message: string): never => {
  console.error(`chaos: ${message}`)
  process.exit(2)
}

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
        kills: { type: "string", default: "60" },
        json: { type: "boolean", default: false }
      }
    }).values
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

const number = (name: string, text: string): number =>
  /^\d{1,9}$/.test(text) ? Number(text) : refuse(`--${name} must be a whole number, not ${text}`)

const values = readArguments()
const seed = number("seed", values.seed)
const random = seededRandom(seed)
const plan = planFaults(number("kills", values.kills), random)

const began = performance.now()
const log = (line: string): void =>
  console.error(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`)

const given = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (!given.signal.aborted) log("Stopping once this fault has been looked at")
    given.abort()
  })
}
console.error(`chaos: ${plan.length} faults, seed ${seed}`)
const result = await runChaos(plan, random, log, given.signal)
console.log(reportTable(result))
console.log(`${result.commands} commands acknowledged, ${result.events} events, seed ${seed}`)
if (result.logs !== undefined) console.log(`Something is wrong, see above; logs: ${result.logs}`)
if (values.json) console.log(reportJson(seed, result))
process.exit(isKept(result) ? 0 : 1) // a load that is stuck would wait on
