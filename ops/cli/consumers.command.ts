import { eventConsumers } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { age } from "./shared/age.ts"
import { plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { onServers } from "./shared/target.ts"

interface ConsumerRow {
  readonly consumer: string
  readonly position: number
  readonly sequence: number
  /** Events of the log beyond its checkpoint, and for how long the oldest of them has waited. */
  readonly lagEvents: number
  readonly lagSeconds: number
  /** Null while no instance holds the lease. */
  readonly owner: string | null
  readonly epoch: number | null
  readonly parked: number
  readonly skipped: number
  readonly dead: number
}

const read = Postgres.use((pg) =>
  pg.query<ConsumerRow>(
    (sql) => sql<ConsumerRow[]>`
      select wanted.name as consumer, coalesce(c.position, 0) as position, coalesce(c.sequence, 0) as sequence,
        lag.events as "lagEvents", lag.seconds as "lagSeconds",
        case when l.expires_at > clock_timestamp() then l.owner end as owner, l.epoch,
        (select count(*) from sluice.consumer_parked p where p.consumer = wanted.name) as parked,
        (select count(*) from sluice.consumer_skipped k where k.consumer = wanted.name) as skipped,
        (select count(*) from sluice.consumer_dead d where d.consumer = wanted.name) as dead
      from unnest(${eventConsumers}::text[]) wanted(name)
      left join sluice.consumers c on c.consumer = wanted.name
      left join sluice.leases l on l.name = 'consumer-' || wanted.name
      cross join lateral (
        select count(*) as events,
          coalesce(greatest(0, extract(epoch from clock_timestamp() - min(e.recorded_at))), 0)::float8 as seconds
        from sluice.events e where e.position > coalesce(c.position, 0)
      ) lag
      order by wanted.name`
  )
)

export const consumers = Command.make(
  "consumers",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const rows = yield* onServers(read)
    yield* print(json, rows, () =>
      renderTable(
        ["consumer", "behind", "for", "position", "active instance", "epoch", "parked", "skipped", "unreadable"],
        rows.map((row) => [
          row.consumer,
          row.lagEvents,
          age(row.lagSeconds),
          row.position,
          row.owner ?? "none",
          row.epoch ?? "-",
          row.parked,
          row.skipped,
          row.dead
        ])
      )
    )
  }, plainly)
).pipe(
  Command.withDescription("How far each consumer is, who runs it, and what it could not apply"),
  Command.withExamples([{ command: "npm run sluice -- consumers", description: "Of the running stack" }])
)
