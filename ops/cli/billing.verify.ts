import {
  bothProofs,
  noProof,
  onBillingSnapshot,
  type Proof,
  proveTenant,
  tenantsBilled
} from "@sluice/proof/billing.proof"
import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { failure, plainly } from "./shared/failure.ts"
import { json, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { onServers } from "./shared/target.ts"
import { driftName } from "./verify/verify.billing.ts"

const NAMED = 100

/** Of one tenant, or of all of them on one snapshot. */
const prove = (only: string | undefined) =>
  onBillingSnapshot(
    Effect.gen(function* () {
      const all = yield* tenantsBilled
      if (only !== undefined && !all.includes(only)) return yield* failure(`There is no tenant ${only}`)
      let proof = noProof
      for (const tenant of only === undefined ? all : [only])
        proof = bothProofs(proof, yield* proveTenant(tenant, NAMED - proof.differences.length))
      return proof
    })
  )

const proofLines = ({ tenants, usages, entries, drift, differences }: Proof): string => {
  const counted = renderTable(["tenants", "usages", "entries", "drift"], [[tenants, usages, entries, drift]])
  if (drift === 0) return `${counted}\nWhat is billed is what the events say.`
  const more = drift - differences.length
  return [
    counted,
    "What is billed is not what the events say:",
    ...differences.map((difference) => `  ${driftName(difference)}`),
    ...(more > 0 ? [`  and ${more} more`] : [])
  ].join("\n")
}

export const verify = Command.make(
  "verify",
  { tenant: text("tenant", "of one tenant; default: all of them"), json },
  Effect.fnUntraced(function* ({ tenant, json }) {
    const proof = yield* onServers(prove(Option.getOrUndefined(tenant)))
    yield* print(json, proof, () => proofLines(proof))
    if (proof.drift > 0) process.exitCode = 1
  }, plainly)
).pipe(
  Command.withDescription(
    "Work out again from the events what is billed, and compare entry by entry; exit 1 on a difference"
  ),
  Command.withExamples([{ command: "npm run sluice -- billing verify", description: "Of every tenant" }])
)
