import type { Books } from "./price.book.ts"

/** What has to be known of the past to make sense of the next events. Keys: `key(tenant, …)`. */

/** Of a session. Its active time is metered up to `activeMillis`, and runs since `since`. */
export interface SessionMemory {
  readonly role: string
  readonly taskId: string
  readonly since: string | null
  readonly activeMillis: number
}
/** Where a task belongs; `phase` is `<run>/<phase>`. */
export interface TaskMemory {
  readonly runId: string
  readonly phase: string
}
export interface AccountMemory {
  readonly closedThrough: string | null
  readonly books: Books
}

/** It is changed as events are planned. */
export interface Memory {
  readonly sessions: Map<string, SessionMemory>
  readonly tasks: Map<string, TaskMemory>
  readonly accounts: Map<string, AccountMemory>
  /** By month of use, meter and model: what tiers go by. */
  readonly counters: Map<string, bigint>
}

/** No part holds a line feed. */
export const key = (...parts: ReadonlyArray<string>): string => parts.join("\n")
export const partsOf = (joined: string): ReadonlyArray<string> => joined.split("\n")
