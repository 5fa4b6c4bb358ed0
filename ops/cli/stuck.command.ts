import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { ago } from "./shared/age.ts"
import { plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { onServers } from "./shared/target.ts"

interface Stuck {
  readonly kind: "run" | "approval" | "timer" | "parked"
  readonly tenant: string
  readonly subject: string
  readonly since: Date
  readonly why: string
  readonly remedy: string
}

const listStuck = Postgres.use((pg) =>
  pg.query<Stuck>((sql) => sql<Stuck[]>`select * from sluice.stuck() order by since, tenant, subject`)
)

export const stuck = Command.make(
  "stuck",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const found = yield* onServers(listStuck)
    yield* print(json, found, () =>
      renderTable(
        ["what", "tenant", "where", "since", "why", "what to do"],
        found.map(({ kind, tenant, subject, since, why, remedy }) => [kind, tenant, subject, ago(since), why, remedy]),
        "Nothing is stuck."
      )
    )
  }, plainly)
).pipe(
  Command.withDescription("What waits for something that will never come, and what to do about it"),
  Command.withExamples([{ command: "npm run sluice -- stuck", description: "The longest first" }])
)
