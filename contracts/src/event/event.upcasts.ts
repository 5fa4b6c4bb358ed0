import { approvalRequestedV1 } from "../approval/approval.requested.v1.ts"
import type { Upcast } from "./event.upcast.ts"

/** Every older version of an event that may still be in a log, one line each, with the way to the version after it. */
export const upcasts: ReadonlyArray<Upcast> = [
  approvalRequestedV1 // 2: `requestedBy` is always there
]
