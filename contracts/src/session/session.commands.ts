import { Schema } from "effect"
import { Role } from "../actor/actor.ts"
import { TimestampInput } from "../time/time.timestamp.ts"
import { Metadata, TaskId } from "./session.events.ts"

/** Bodies of the session's commands, as HTTP (and later NATS) carries them. */

export const METADATA_MAX_BYTES = 16 * 1024

const SmallMetadata = Metadata.check(
  Schema.makeFilter(
    (metadata) =>
      Buffer.byteLength(JSON.stringify(metadata)) <= METADATA_MAX_BYTES ||
      `must be at most ${METADATA_MAX_BYTES} bytes of JSON`
  )
)
const Reason = Schema.String.check(Schema.isMaxLength(4000))

export const OpenSession = Schema.Struct({
  role: Role,
  taskId: Schema.optionalKey(Schema.NullOr(TaskId)),
  metadata: Schema.optionalKey(SmallMetadata)
}).annotate({ identifier: "OpenSession" })
export type OpenSession = typeof OpenSession.Type

/** The statuses a client may move a session to; expiry is the system's. */
export const TargetStatus = Schema.Literals(["active", "paused", "completed", "failed"])

/** At least one of status, taskId, metadata; `metadata` replaces, `taskId: null` clears. */
export const UpdateSession = Schema.Struct({
  status: Schema.optionalKey(TargetStatus),
  taskId: Schema.optionalKey(Schema.NullOr(TaskId)),
  metadata: Schema.optionalKey(SmallMetadata),
  reason: Schema.optionalKey(Reason)
})
  .check(
    Schema.makeFilter(
      (body) =>
        body.status !== undefined ||
        body.taskId !== undefined ||
        body.metadata !== undefined ||
        "needs one of status, taskId, metadata"
    )
  )
  .annotate({ identifier: "UpdateSession" })
export type UpdateSession = typeof UpdateSession.Type

/** The meters that clients report, `tokens.*` (`tokens.input`, for example); every other meter is derived from events. */
export const ClientMeter = Schema.String.check(
  Schema.isPattern(/^tokens\.[a-z][a-z0-9_-]{0,49}$/u, { message: "must be a meter tokens.*: the others are derived" })
)

/** A report of usage; the same `usageId` again is the same usage. `at`: RFC 3339, at most five minutes ahead. */
export const RecordUsage = Schema.Struct({
  usageId: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200)),
  meter: ClientMeter,
  quantity: Schema.Int.check(Schema.isGreaterThan(0)),
  model: Schema.optionalKey(Schema.NullOr(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200)))),
  at: TimestampInput
}).annotate({ identifier: "RecordUsage" })
export type RecordUsage = typeof RecordUsage.Type
