import type { Actor } from "../actor/actor.ts"

/** What every decision is given besides the state and the command, so that it reads no clock and knows no token. */
export interface DecisionContext {
  /** The noun's own id: the stream id without its category. */
  readonly id: string
  readonly actor: Actor
  /** Milliseconds since the epoch, by the database's clock. */
  readonly now: number
}

/** An RFC 3339 timestamp in UTC with milliseconds, as events carry it. */
export const timestamp = (millis: number): string => new Date(millis).toISOString()
