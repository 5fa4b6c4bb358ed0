import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

/** An approval with what its timers did. Times in milliseconds since the epoch. */
export interface Lapsed {
  readonly stream: string
  readonly requestedAt: number
  readonly expiresAt: number
  readonly expiredAt: ReadonlyArray<number>
  readonly escalatedAt: ReadonlyArray<number>
  /** Due times, and when each of them was reminded of. */
  readonly reminded: ReadonlyArray<{ readonly dueAt: number; readonly at: number }>
}

/** At rest nothing is due or stuck, and each timer has fired once: none twice, none before its time, none after the end. */
export const checkTimers = async ({ sql }: Rig, findings: Findings): Promise<void> => {
  const rows = await sql<Lapsed[]>`
    select asked.stream_id as stream, (extract(epoch from asked.recorded_at) * 1000)::float8 as "requestedAt",
      (extract(epoch from (asked.data ->> 'expiresAt')::timestamptz) * 1000)::float8 as "expiresAt",
      coalesce(jsonb_agg((extract(epoch from e.recorded_at) * 1000)::float8) filter (where e.type = 'approval.expired'), '[]') as "expiredAt",
      coalesce(jsonb_agg((extract(epoch from e.recorded_at) * 1000)::float8) filter (where e.type = 'approval.escalated'), '[]') as "escalatedAt",
      coalesce(jsonb_agg(jsonb_build_object('dueAt', (extract(epoch from (e.data ->> 'dueAt')::timestamptz) * 1000)::float8, 'at', (extract(epoch from e.recorded_at) * 1000)::float8))
        filter (where e.type = 'approval.reminded'), '[]') as reminded
    from sluice.events asked join sluice.events e on e.tenant = asked.tenant and e.stream_id = asked.stream_id
    where asked.type = 'approval.requested' and asked.data ->> 'expiresAt' is not null
    group by asked.stream_id, asked.recorded_at, asked.data`
  for (const row of rows) compareTimers(row, findings)
  const late = await sql<{ what: string }[]>`
    select stream_id || ' ' || kind || coalesce(': ' || error, '') as what from sluice.timers
    where due_at < clock_timestamp() - interval '2 seconds' or error is not null`
  for (const { what } of late) findings.add("lost", `a timer that should have fired: ${what}`)
  const stuck = await sql<{ what: string }[]>`select kind || ' ' || subject || ': ' || why as what from sluice.stuck()`
  for (const { what } of stuck) findings.add("lost", `stuck: ${what}`)
}

export const compareTimers = (row: Lapsed, findings: Findings): void => {
  const { stream, requestedAt, expiresAt, expiredAt, escalatedAt, reminded } = row
  if (expiredAt.length === 0) findings.add("lost", `${stream} never expired`)
  if (expiredAt.length > 1) findings.add("doubled", `${stream} expired ${expiredAt.length} times`)
  if (escalatedAt.length > 1) findings.add("doubled", `${stream} was escalated ${escalatedAt.length} times`)
  const early = [
    ...expiredAt.filter((at) => at < expiresAt),
    ...escalatedAt.filter((at) => at < requestedAt + 1_000),
    ...reminded.filter(({ dueAt, at }) => at < dueAt)
  ]
  if (early.length > 0) findings.add("wrong", `${stream}: a timer fired before its time`)
  const dueTimes = reminded.map(({ dueAt }) => dueAt)
  if (new Set(dueTimes).size < dueTimes.length) findings.add("doubled", `${stream}: reminded of one due time twice`)
  const end = expiredAt[0] ?? Number.POSITIVE_INFINITY
  if (reminded.some(({ at }) => at > end) || escalatedAt.some((at) => at > end))
    findings.add("wrong", `${stream}: a timer fired after the end`)
}
