import type { Journal } from "../load/load.journal.ts"
import type { Random } from "../random.seed.ts"
import { settle } from "../rig/rig.settle.ts"
import type { Rig } from "../rig/rig.ts"
import { checkAnswers } from "./check.answers.ts"
import { checkBilling } from "./check.billing.ts"
import { checkBroker } from "./check.broker.ts"
import { checkCommands } from "./check.commands.ts"
import { checkEffects } from "./check.effects.ts"
import { type Findings, newFindings } from "./check.findings.ts"
import { checkTimers } from "./check.timers.ts"
import { checkVerified } from "./check.verify.ts"
import { checkWebhooks } from "./check.webhooks.ts"

/** Everything that must hold at rest, whatever happened before. Waits first until all has been published and applied. */
export const checkEverything = async (rig: Rig, journal: Journal, random: Random): Promise<Findings> => {
  const findings = newFindings()
  for (const crash of rig.crashes.splice(0)) findings.add("crashed", crash)
  await checkCommands(rig, journal, findings)
  await settle(rig)
  await checkBroker(rig, findings)
  await checkEffects(rig, journal, findings)
  await checkNothingSkipped(rig, findings)
  await checkTimers(rig, findings)
  await checkWebhooks(rig, findings)
  await checkBilling(rig, findings)
  await checkVerified(rig, findings)
  await checkAnswers(rig, journal, random, findings)
  return findings
}

const checkNothingSkipped = async ({ sql }: Rig, findings: Findings): Promise<void> => {
  const rows = await sql<{ what: string }[]>`
    select 'parked: ' || stream_id || ' ' || error as what from sluice.consumer_parked
    union all select 'skipped: ' || stream_id from sluice.consumer_skipped
    union all select 'dead: ' || sequence || ' ' || error from sluice.consumer_dead
    union all select 'not audited: ' || e.event_id from sluice.events e
      where not exists (select from sluice.audit a where a.tenant = e.tenant and a.position = e.position)
    union all select 'audited twice: ' || event_id from sluice.audit group by event_id having count(*) > 1`
  for (const { what } of rows) findings.add("skipped", what)
}
