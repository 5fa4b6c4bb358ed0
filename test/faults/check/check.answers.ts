import { isDeepStrictEqual } from "node:util"
import { makeClient } from "../load/load.client.ts"
import { httpDoor } from "../load/load.doors.ts"
import { type Acknowledged, type Journal, type Journey, streamOf } from "../load/load.journal.ts"
import type { Random } from "../random.seed.ts"
import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

const sampled = 20

/** What each instance of the API now answers about a sample of what was acknowledged: reads, and repeats under the same key. */
export const checkAnswers = async (rig: Rig, journal: Journal, random: Random, findings: Findings): Promise<void> => {
  const asked = journal.journeys.filter(({ acknowledged }) => acknowledged.length > 0)
  const sample = random.shuffle(asked).slice(0, sampled)
  for (const url of rig.api()) {
    for (const journey of sample) {
      if (!journey.lapses && journey.category !== "workflow") await checkRead(url, rig, journey, findings)
      await checkRepeat(url, random.pick(journey.acknowledged), findings)
    }
  }
}

const checkRead = async (url: string, rig: Rig, journey: Journey, findings: Findings): Promise<void> => {
  const tenant = rig.tenants.find(({ name }) => name === journey.tenant)
  const headers = { authorization: `Bearer ${tenant?.asker.token}` }
  const answer = await fetch(`${url}/v1/${journey.category}s/${journey.id}`, { headers })
  const body = (await answer.json()) as Record<string, unknown>
  const head = Math.max(...journey.acknowledged.map(({ version }) => version))
  const shown = journey.acknowledged.filter(({ version }) => version === head).map((one) => one.body)
  const asAcknowledged = shown.some((one) => one.id !== journey.id || isDeepStrictEqual(body, one))
  if (answer.status === 200 && answer.headers.get("etag") === `"${head}"` && asAcknowledged) return
  findings.add("lost", `${streamOf(journey)} at ${head} is read as ${answer.status} ${JSON.stringify(body)}`)
}

const checkRepeat = async (url: string, first: Acknowledged, findings: Findings): Promise<void> => {
  const again = await makeClient(() => [httpDoor(url)]).execute(first.command)
  const same =
    again.status === 200 &&
    again.replayed &&
    again.version === first.version &&
    again.location === first.location &&
    isDeepStrictEqual(again.body, first.body)
  if (same) return
  const { command: _, ...shown } = again
  findings.add(
    "doubled",
    `${first.command.key} repeated: ${JSON.stringify(shown)}, first ${JSON.stringify(first.body)}`
  )
}
