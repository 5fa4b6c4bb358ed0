import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import type { SessionEvent } from "@sluice/contracts/session/session.events"
import { type Happened, minute, somebody, storyteller } from "@sluice/contracts/testing/testing.given-when-then"
import { session } from "./session.stream.ts"

/** The words of this noun's specs. */

export const given = storyteller<typeof session.initial, SessionEvent>(session)

export const opened = (role = "pm", rest: { taskId?: string; metadata?: { test: string } } = {}) =>
  ({
    event: { type: "session.opened", data: { role, taskId: rest.taskId ?? null, metadata: rest.metadata ?? {} } }
  }) satisfies Happened<SessionEvent>

const plain = { activated: 0, resumed: 0, paused: 0, completed: 0, failed: 0 }
/** A change of status without a reason. */
export const became = <K extends keyof typeof plain>(status: K, at?: number): Happened<SessionEvent> => ({
  event: { type: `session.${status}`, data: { reason: null } } as SessionEvent,
  ...(at === undefined ? {} : { at })
})
export const expired: Happened<SessionEvent> = { event: { type: "session.expired", data: {} } }

/** Stories that lead to each status. */
export const pending = [opened()]
export const active = [...pending, became("activated")]
export const paused = [...active, became("paused")]
export const completed = [...active, became("completed")]
export const failed = [...active, became("failed")]
export const gone = [...active, expired]

export const at = (minutes: number): DecisionContext => ({ id: "s-1", actor: somebody, now: minute(minutes) })
