import { isDeepStrictEqual } from "node:util"
import { type Journal, type Journey, newestView, streamOf } from "../load/load.journal.ts"
import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

export interface Stream {
  readonly tenant: string
  readonly stream: string
  readonly head: number
  readonly types: ReadonlyArray<string>
  readonly versions: ReadonlyArray<number>
  readonly usages: ReadonlyArray<Record<string, unknown>>
  readonly view: Record<string, unknown> | null
}

/**
 * What was acknowledged against what is stored, at rest: each stream has exactly the events that its acknowledged
 * commands amount to, its row is the one last acknowledged, there is no stream that nobody asked for, and every key
 * points at the version that its answer named.
 */
export const checkEffects = async (rig: Rig, journal: Journal, findings: Findings): Promise<void> => {
  for (const what of journal.wrongAnswers) findings.add("wrong", what)
  const subscribed = new Set([...rig.webhooks.subscriptions.values()].map((id) => `subscription-${id}`))
  const ofLoad = (await everyStream(rig)).filter(({ stream, types }) => !subscribed.has(stream) || types.length > 1)
  compareStreams(ofLoad, journal, findings)
  compareKeys(await everyKey(rig), journal, findings)
}

export const compareStreams = (stored: ReadonlyArray<Stream>, journal: Journal, findings: Findings): void => {
  const streams = new Map(stored.map((one) => [`${one.tenant} ${one.stream}`, one]))
  for (const journey of journal.journeys) {
    const name = `${journey.tenant} ${streamOf(journey)}`
    const found = streams.get(name)
    streams.delete(name)
    if (found === undefined) findings.add("lost", `${name} was acknowledged and does not exist`)
    else compare(name, journey, found, findings)
  }
  for (const [name, { types }] of streams) findings.add("doubled", `${name} (${types}) was never acknowledged`)
}

const everyStream = ({ sql }: Rig): Promise<ReadonlyArray<Stream>> => sql<Stream[]>`
  select e.tenant, e.stream_id as stream, s.version as head,
    array_agg(e.type::text order by e.version) as types, array_agg(e.version order by e.version) as versions,
    coalesce(jsonb_agg(e.data) filter (where e.type = 'session.usage-recorded'), '[]') as usages,
    coalesce(session.view, approval.view, run.view, workflow.view, budget.view) as view
  from sluice.events e
    join sluice.streams s on s.tenant = e.tenant and s.stream_id = e.stream_id
    left join sluice.sessions session on session.tenant = e.tenant and 'session-' || session.id = e.stream_id
    left join sluice.approvals approval on approval.tenant = e.tenant and 'approval-' || approval.id = e.stream_id
    left join sluice.runs run on run.tenant = e.tenant and 'run-' || run.id = e.stream_id
    left join sluice.workflows workflow on workflow.tenant = e.tenant and 'workflow-' || workflow.id = e.stream_id
    left join sluice.budgets budget on budget.tenant = e.tenant and 'budget-' || budget.id = e.stream_id
  where e.stream_id not like 'definition-%' -- it goes with its workflow
  group by e.tenant, e.stream_id, s.version, session.view, approval.view, run.view, workflow.view, budget.view`

/** Events that come on the way by themselves (`check.timers.ts`, `check.billing.ts`). */
const OF_ITSELF: ReadonlyArray<string> = [
  ...["approval.reminded", "approval.escalated"],
  ...["budget.warned", "budget.exceeded", "billing.month-closed"]
]

const compare = (name: string, journey: Journey, stored: Stream, findings: Findings): void => {
  const { expected, acknowledged, lapses = false } = journey
  const types = lapses ? stored.types.filter((type) => !OF_ITSELF.includes(type)) : stored.types
  if (!isDeepStrictEqual(types, expected)) {
    const violation = stored.types.length > expected.length ? "doubled" : "lost"
    findings.add(violation, `${name} has ${stored.types} and should have ${expected}`)
  }
  if (stored.versions.some((version, index) => version !== index + 1) || stored.head !== stored.versions.length) {
    findings.add("drift", `${name}: versions ${stored.versions}, head ${stored.head}`)
  }
  const newest = newestView(journey)
  const usedSince = acknowledged.some(({ version }) => version > (newest?.version ?? 0))
  // An account is read from what follows from it.
  if (stored.view === null && journey.category !== "billing") findings.add("drift", `${name} has no row`)
  else if (newest !== undefined && !usedSince && !lapses && !isDeepStrictEqual(stored.view, newest.body)) {
    findings.add("lost", `${name} reads ${JSON.stringify(stored.view)}, acknowledged ${JSON.stringify(newest.body)}`)
  }
  for (const { command } of acknowledged.filter(({ command }) => command.path.endsWith("/usage"))) {
    const { usageId, meter, quantity } = command.body
    const found = stored.usages.filter((usage) => usage.usageId === usageId)
    const same = found.every((usage) => usage.meter === meter && usage.quantity === quantity)
    if (found.length === 0 || !same) findings.add("lost", `${name}: usage ${usageId} was acknowledged`)
    if (found.length > 1) findings.add("doubled", `${name}: usage ${usageId}`)
  }
}

export interface Key {
  readonly key: string
  readonly stream: string
  readonly version: number
}

const everyKey = ({ sql }: Rig): Promise<ReadonlyArray<Key>> => sql<Key[]>`
  select key, stream_id as stream, version from sluice.idempotency where scope like 'caller:%'`

export const compareKeys = (stored: ReadonlyArray<Key>, { journeys }: Journal, findings: Findings): void => {
  const keys = new Map(stored.map((one) => [one.key, one]))
  for (const journey of journeys) {
    for (const { command, version } of journey.acknowledged) {
      const held = keys.get(command.key)
      keys.delete(command.key)
      if (held?.stream === streamOf(journey) && held.version === version) continue
      findings.add("lost", `${command.key} gave version ${version} of ${streamOf(journey)}, holds ${found(held)}`)
    }
  }
  for (const key of keys.values()) findings.add("doubled", `${found(key)} was never acknowledged`)
}

const found = (key: Key | undefined): string =>
  key === undefined ? "nothing" : `key ${key.key}: version ${key.version} of ${key.stream}`
