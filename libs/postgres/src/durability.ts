import { Effect, Schema } from "effect"
import type { DbError } from "./db-error.ts"
import type { Postgres } from "./postgres.service.ts"

/** The server would forget what it has acknowledged, or is too old: nothing may be accepted on it. */
export class UnfitServer extends Schema.TaggedError<UnfitServer>()("UnfitServer", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `This Postgres must not be used: ${this.problems.join("; ")}`
  }
}

interface Settings {
  readonly version: number
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
}

/** Fails with every reason not to trust the server: older than 15, or `fsync`, `full_page_writes`, `synchronous_commit` off. */
export const requireDurable = (postgres: Postgres["Service"]): Effect.Effect<void, UnfitServer | DbError> =>
  postgres
    .query(
      (sql) => sql<Settings[]>`
        select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
          current_setting('full_page_writes') as full_page_writes, current_setting('synchronous_commit') as synchronous_commit`
    )
    .pipe(
      Effect.flatMap(([settings]) => {
        const { version, ...switches } = settings as Settings
        const problems = [
          ...(version < 150_000 ? [`version ${Math.floor(version / 10_000)} is older than 15`] : []),
          ...Object.entries(switches).flatMap(([name, value]) => (value === "off" ? [`${name} is off`] : []))
        ]
        return problems.length === 0 ? Effect.void : Effect.fail(new UnfitServer({ problems }))
      })
    )
