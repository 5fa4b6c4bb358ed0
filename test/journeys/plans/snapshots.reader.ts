import { Schema } from "effect"

/** A plan's state as somebody kept it by hand, one file per time. Whatever else the files say is left alone. */

const Workstream = Schema.Struct({
  name: Schema.String,
  status: Schema.Literals(["NOT_STARTED", "IN_PROGRESS", "COMPLETE"]),
  tasks_completed: Schema.Int,
  tasks_total: Schema.Int,
  checkpoint_complete: Schema.optionalKey(Schema.Boolean)
})
export const Claims = Schema.Struct({
  phase: Schema.String,
  title: Schema.String,
  status: Workstream.fields.status,
  current_workstream: Schema.NullOr(Schema.String),
  current_task: Schema.NullOr(Schema.String),
  pending_user_confirmation: Schema.optionalKey(Schema.Boolean),
  progress: Schema.Struct({ total_tasks: Schema.Int, completed_tasks: Schema.Int, percentage: Schema.Int }),
  workstreams: Schema.Record(Schema.String, Workstream)
})
export type Claims = typeof Claims.Type

export interface Snapshot {
  /** Without its ending: "01". */
  readonly file: string
  /** When it was kept, as the index says it. */
  readonly at: string
  readonly claims: Claims
}

const decode = Schema.decodeUnknownSync(Claims)

/**
 * The snapshots in the order of their times.
 *
 * @param index one line per snapshot: its file's name without the ending, and when it was kept
 */
export const readSnapshots = (
  index: string,
  files: ReadonlyArray<{ readonly file: string; readonly content: unknown }>
): ReadonlyArray<Snapshot> => {
  const times = new Map(index.split("\n").map((line) => line.trim().split(/\s+/) as [string, string]))
  return files
    .map(({ file, content }) => {
      const name = file.replace(/\.json$/, "")
      const at = times.get(name)
      if (at === undefined) throw new Error(`${file} is not in the index`)
      return { file: name, at, claims: decode(content) }
    })
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
}
