import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import type { Memory } from "@sluice/notification/inbox.memory"
import { memoryNeeded, type Planned, planInbox } from "@sluice/notification/inbox.plan"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { inPages } from "./verify.pages.ts"
import type { Tally } from "./verify.report.ts"

/** What the rules make of the log, worked out once more page by page, and held against the inbox. Memory: a line per notification. */
export const makeInboxCheck = (tally: Tally) => {
  const memory = new Map<string, Memory>()
  const wanted = new Map<string, Expected>()
  /** What wants an action yet, by whose stream settles it. */
  const open = new Map<string, Set<Expected>>()
  return {
    /** Events in the order of the log. */
    add: (events: ReadonlyArray<RecordedEvent>): void => {
      const needed = [...memoryNeeded(events)].flatMap((key) => {
        const kept = memory.get(key)
        return kept === undefined ? [] : [[key, kept] as const]
      })
      const plan = planInbox(events, new Map(needed))
      for (const [key, kept] of plan.memory) kept === null ? memory.delete(key) : memory.set(key, kept)
      for (const planned of plan.notifications) {
        const one: Expected = { ...planned, settled: false }
        wanted.set(`${one.tenant} ${one.id}`, one)
        if (one.settleKey === null) continue
        const root = rootOf(one.tenant, one.settleKey)
        open.set(root, (open.get(root) ?? new Set()).add(one))
      }
      for (const { tenant, key, role, position } of plan.settled) {
        const candidates = open.get(rootOf(tenant, key)) ?? new Set()
        for (const one of candidates) {
          const under = one.settleKey === key || one.settleKey?.startsWith(`${key}/`)
          const forRole = role === null || (one.audience.kind === "role" && one.audience.id === role)
          if (!under || !forRole || one.position >= position) continue
          one.settled = true
          candidates.delete(one)
        }
      }
    },
    /** What was made of events up to there. What has been settled since is as good. */
    compare: (upTo: number) =>
      Effect.gen(function* () {
        yield* eachNotification((row) => {
          if (row.position > upTo) return
          tally.add("notifications")
          const key = `${row.tenant} ${row.id}`
          const one = wanted.get(key)
          wanted.delete(key)
          if (one === undefined) tally.found("inbox", `${key} is a notification that no rule makes`)
          else if (one.settled && row.needsAction)
            tally.found("inbox", `${key} wants an action that was taken (${one.rule})`)
        })
        for (const [key, { rule, subject }] of wanted) tally.found("inbox", `${key} is missing: ${rule} of ${subject}`)
      })
  }
}

interface Expected extends Pick<Planned, "tenant" | "id" | "rule" | "audience" | "subject" | "position" | "settleKey"> {
  settled: boolean
}

/** Keys are paths; what settles one lies under the same first two steps. */
const rootOf = (tenant: string, key: string): string => `${tenant} ${key.split("/", 2).join("/")}`

interface Row {
  readonly tenant: string
  readonly id: string
  readonly position: number
  readonly needsAction: boolean
}

const eachNotification = (each: (row: Row) => void) =>
  inPages({
    first: { tenant: "", id: "00000000-0000-0000-0000-000000000000" },
    page: (after, limit) =>
      Postgres.use((pg) =>
        pg.query<Row>(
          (sql) => sql<Row[]>`
            select tenant, id, position, needs_action as "needsAction" from sluice.notifications
            where (tenant, id) > (${after.tenant}, ${after.id}::uuid) order by tenant, id limit ${limit}`
        )
      ),
    cursor: ({ tenant, id }) => ({ tenant, id }),
    each
  })
