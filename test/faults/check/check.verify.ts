import { verify } from "@sluice/ops/cli/verify/verify"
import { operatorKey } from "@sluice/ops/nats/accounts/installation"
import { Effect } from "effect"
import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

/** What an operator would be told: log, broker, outbox, keys, consumers, and every read-model row against its fold (I2–I4). */
export const checkVerified = async ({ stack }: Rig, findings: Findings): Promise<void> => {
  const report = await Effect.runPromise(
    verify({ databaseUrl: stack.databaseUrl, natsUrl: stack.natsUrl, natsKey: operatorKey(stack.natsAccounts) })
  )
  for (const { fault, what } of report.problems) findings.add("drift", `verify: ${fault}: ${what}`)
  if (!report.ok && report.problems.length === 0) findings.add("drift", `verify: ${JSON.stringify(report)}`)
  if (report.skipped > 0) findings.add("skipped", `verify: ${report.skipped} events were skipped`)
}
