import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { jsonHash } from "@sluice/contracts/json/json.canonical"
import type { RecordUsage } from "@sluice/contracts/session/session.commands"
import { DateTime, Schema } from "effect"
import { evolve } from "./session.evolve.ts"
import { initial, SessionState } from "./session.state.ts"

/** The narrow way in: what an event store has to know in order to load a session and to keep snapshots of it. */
export const session = {
  category: "session",
  /** Goes up with every change of `SessionState` or `evolve`; snapshots of another version are not used. */
  foldVersion: 1,
  initial,
  evolve,
  encode: Schema.encodeSync(SessionState) as (state: SessionState) => JsonObject,
  /** Throws a `SchemaError` for what is no snapshot of this version. */
  decode: Schema.decodeUnknownSync(SessionState)
} as const

/**
 * The key under which the store deduplicates usages, for ever: the same usage again is a replay, the same `usageId` with
 * another content is a conflict. The state holds no usage ids, since they would grow without bound.
 */
export const usageKey = (sessionId: string, usage: RecordUsage) => {
  const { usageId, meter, quantity, model = null } = usage
  return {
    scope: `usage:${sessionId}`,
    key: usageId,
    hash: jsonHash({ meter, quantity, model, at: DateTime.formatIso(usage.at) }),
    timeToLive: null
  }
}
