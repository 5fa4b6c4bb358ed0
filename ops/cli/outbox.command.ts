import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { age, ago } from "./shared/age.ts"
import { plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print, renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { onServers } from "./shared/target.ts"

interface Mark {
  readonly incarnation: number
  readonly floor: number
  readonly sequence: number
  readonly recordedAt: Date
}

interface State {
  readonly depth: number
  readonly oldestSeconds: number
  readonly floor: number
  readonly lastPosition: number
  readonly incarnation: number
  readonly streamCreated: string | null
  readonly sequence: number
  readonly repairUntil: number
  readonly owner: string | null
  readonly epoch: number | null
}

const read = Effect.gen(function* () {
  const pg = yield* Postgres
  const [state] = yield* pg.query<State>(
    (sql) => sql<State[]>`
      select backlog.depth, backlog.oldest_seconds as "oldestSeconds", s.floor,
        (select coalesce(max(position), 0) from sluice.events) as "lastPosition", s.incarnation,
        s.stream_created as "streamCreated", s.sequence, s.repair_until as "repairUntil",
        case when l.expires_at > clock_timestamp() then l.owner end as owner, l.epoch
      from sluice.relay_state s cross join sluice.outbox_backlog() backlog
      left join sluice.leases l on l.name = 'outbox-relay'`
  )
  const history = yield* pg.query<Mark>(
    (sql) => sql<Mark[]>`
      select incarnation, floor, sequence, recorded_at as "recordedAt" from sluice.relay_history order by id desc limit 10`
  )
  return { ...(state as State), history }
})

export const outbox = Command.make(
  "outbox",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const state = yield* onServers(read)
    yield* print(json, state, () => {
      const { history, ...now } = state
      return [
        renderFields({
          "events waiting": now.depth,
          "oldest waits for": now.depth === 0 ? null : age(now.oldestSeconds),
          "published up to position": now.floor,
          "last position": now.lastPosition,
          incarnation: now.incarnation,
          "publishing again up to": now.repairUntil > now.floor ? now.repairUntil : null,
          "last JetStream sequence": now.sequence,
          "stream made at": now.streamCreated,
          relay: now.owner ?? "none active",
          epoch: now.epoch
        }),
        "Points that a repair can go back to, newest first:",
        renderTable(
          ["when", "incarnation", "position", "sequence"],
          history.map(({ recordedAt, incarnation, floor, sequence }) => [
            ago(recordedAt),
            incarnation,
            floor,
            sequence
          ]),
          "None yet."
        )
      ].join("\n")
    })
  }, plainly)
).pipe(
  Command.withDescription("What waits to be published, and how far the relay is"),
  Command.withExamples([
    { command: "npm run sluice -- outbox", description: "Of the running stack" },
    { command: "npm run -s sluice -- outbox --json | jq .depth", description: "One figure" }
  ])
)
