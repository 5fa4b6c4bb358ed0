import { v5 } from "uuid"
import type { TimerKind } from "./timer.kinds.ts"

/** UUIDv5 namespace of timers. */
const NAMESPACE = "5f0b6a52-3f0d-5c7e-9b57-0b7f4a0e8c11"

/** The command that a timer issues: the same whoever fires it, and another one for every due time (RFC 3339, UTC, milliseconds). */
export const timerCommandId = (tenant: string, streamId: string, kind: TimerKind, dueAt: string): string =>
  v5(`${tenant}/${streamId}/${kind}/${dueAt}`, NAMESPACE)
