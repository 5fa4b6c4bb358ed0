import { type ApprovalState, approval } from "@sluice/approval"
import { timersOf as timersOfApproval } from "@sluice/approval/approval.due"
import { type Fact, type RecordedEvent, toFact } from "@sluice/contracts/event/event.envelope"
import { categoryOf } from "@sluice/contracts/event/event.stream-id"
import type { CalledTimer } from "@sluice/contracts/timer/timer.kinds"
import { Postgres } from "@sluice/postgres"
import { eventsBetween, onSnapshot, type StreamKey, streamsAfter } from "@sluice/projection/verify.page"
import { type RunState, run } from "@sluice/run"
import { timersOf as timersOfRun } from "@sluice/run/run.due"
import { type SessionState, session } from "@sluice/session"
import { timersOf as timersOfSession } from "@sluice/session/session.due"
import { Effect } from "effect"
import { decode } from "../shared/read-models.ts"
import type { Tally } from "./verify.report.ts"

/** A row of `sluice.timers`. */
interface Timer extends StreamKey {
  readonly kind: string
  readonly dueAt: Date
  readonly every: number | null
  readonly runId: string | null
  readonly version: number
}

const STREAMS = 200
const EVENTS = 2_000
const consumer = "coordinator"

/**
 * Every timer that the events call for is there, dated as they say, and there is no other. Goes through the streams page by
 * page, each of them one snapshot; a stream whose newest event the coordinator has not come to is left out.
 */
export const checkTimers = (tally: Tally) =>
  Effect.gen(function* () {
    let after: StreamKey | undefined = { tenant: "", streamId: "" }
    while (after !== undefined) {
      const last: StreamKey | undefined = yield* onSnapshot(["timers"], checkPage(after, tally))
      after = last
    }
    for (const { tenant, streamId } of yield* strayTimers)
      tally.found("timers", `${tenant} ${streamId} has a timer and no event`)
  })

const checkPage = (after: StreamKey, tally: Tally) =>
  Effect.gen(function* () {
    const streams = yield* streamsAfter(consumer, after, STREAMS)
    const last = streams.at(-1)
    if (last === undefined) return undefined
    const timers = Map.groupBy(yield* timersBetween(after, last), name)
    const folds = new Map(
      streams.flatMap((stream) => {
        const fold = foldOf(stream, timers.get(name(stream)) ?? [])
        return fold === undefined ? [] : [[name(stream), { fold, stream }] as const]
      })
    )
    let cursor = { ...after, version: 2 ** 31 - 1 }
    while (true) {
      const chunk = yield* eventsBetween(cursor, last, EVENTS)
      for (const event of chunk) folds.get(name(event))?.fold.add(event)
      const end = chunk.at(-1)
      if (end === undefined || chunk.length < EVENTS) break
      cursor = { tenant: end.tenant, streamId: end.streamId, version: end.version }
    }
    for (const { fold, stream } of folds.values()) {
      if (fold.head() > stream.seen || stream.skipped.length > 0) continue
      for (const problem of fold.problems()) tally.found("timers", `${name(stream)} ${problem}`)
    }
    return { tenant: last.tenant, streamId: last.streamId } satisfies StreamKey
  })

/** The fold of a stream, held against its rows. Undefined for streams that have no timers. */
const foldOf = ({ streamId }: StreamKey, rows: ReadonlyArray<Timer>) => {
  const rules = { session: sessionRules(rows), approval: approvalRules, run: runRules }
  const category = categoryOf(streamId)
  if (!Object.hasOwn(rules, category)) return undefined
  const { initial, evolve, timersOf } = rules[category as keyof typeof rules] as Rules<unknown>
  let state = initial
  let head = 0
  let broken: string | undefined
  /** What each row's own version called for. */
  const then = new Map<Timer, ReadonlyArray<CalledTimer>>()
  return {
    add: (event: RecordedEvent): void => {
      head = event.version
      try {
        state = evolve(state, toFact(decode(event)) as Fact<never>)
      } catch (error) {
        broken ??= String(error)
      }
      for (const row of rows) if (row.version === head) then.set(row, timersOf(state))
    },
    head: () => head,
    problems: (): ReadonlyArray<string> => {
      if (broken !== undefined) return [] // parked, and reported as that
      const called = timersOf(state)
      const missing = called.filter(({ kind }) => !rows.some((row) => row.kind === kind))
      return [
        ...missing.map(({ kind, dueAt }) => `lacks ${kind}, due ${dueAt}`),
        ...rows.flatMap((row) => difference(row, called, then.get(row) ?? []))
      ]
    }
  }
}

/** A session's timer is dated by the event at its row's version, and moved on only when it comes up; all others by the newest. */
const difference = (
  row: Timer,
  called: ReadonlyArray<CalledTimer>,
  then: ReadonlyArray<CalledTimer>
): ReadonlyArray<string> => {
  const now = called.find(({ kind }) => kind === row.kind)
  if (now === undefined) return [`has ${row.kind}, which nothing calls for`]
  const wanted = row.kind === "session-expiry" ? then.find(({ kind }) => kind === row.kind) : now
  const dueAt = row.dueAt.toISOString()
  if (wanted === undefined || wanted.dueAt !== dueAt)
    return [`has ${row.kind} due ${dueAt}, should be ${wanted?.dueAt}`]
  return wanted.runId === row.runId && wanted.every === row.every
    ? []
    : [`has ${row.kind} with another interval or run`]
}

interface Rules<S> {
  readonly initial: S
  readonly evolve: (state: S, fact: Fact<never>) => S
  readonly timersOf: (state: S) => ReadonlyArray<CalledTimer>
}
/** The retention is the coordinator's setting, which its rows repeat. */
const sessionRules = (rows: ReadonlyArray<Timer>): Rules<SessionState> => ({
  ...session,
  timersOf: (state) => timersOfSession(state, rows[0]?.every ?? 0)
})
const approvalRules: Rules<ApprovalState> = { ...approval, timersOf: timersOfApproval }
const runRules: Rules<RunState> = { ...run, timersOf: timersOfRun }

const name = ({ tenant, streamId }: StreamKey): string => `${tenant} ${streamId}`

const timersBetween = (after: StreamKey, last: StreamKey) =>
  Postgres.use((pg) =>
    pg.query<Timer>(
      (sql) => sql<Timer[]>`
        select tenant, stream_id as "streamId", kind, due_at as "dueAt", every, run_id as "runId", version from sluice.timers
        where (tenant, stream_id) > (${after.tenant}, ${after.streamId})
          and (tenant, stream_id) <= (${last.tenant}, ${last.streamId})`
    )
  )

const strayTimers = Postgres.use((pg) =>
  pg.query<StreamKey>(
    (sql) => sql<StreamKey[]>`
      select t.tenant, t.stream_id as "streamId" from sluice.timers t
      where not exists (select from sluice.streams s where s.tenant = t.tenant and s.stream_id = t.stream_id) limit 100`
  )
)
