import { randomBytes16 } from "@sluice/contracts/id/id.fresh"
import { Context } from "effect"

/** What a request belongs to: `id` (32 hexadecimal digits) comes back as `X-Trace-Id` and stands in logs and events. */
export interface Trace {
  readonly id: string
  /** As the caller sent it, where it is a good one. */
  readonly traceparent?: string
}

/** The trace of the request that this fiber serves. */
export const CurrentTrace = Context.Reference<Trace>("sluice/api/CurrentTrace", { defaultValue: () => newTrace() })

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,100})?$/
const NOTHING = "0".repeat(32)

/** From `traceparent` (W3C Trace Context), else from `X-Trace-Id`, else a new one. What is malformed counts as absent. */
export const traceOf = (headers: Readonly<Record<string, string | undefined>>): Trace => {
  const { traceparent, "x-trace-id": given } = headers
  const parent = traceparent === undefined ? null : TRACEPARENT.exec(traceparent)
  if (parent !== null && parent[1] !== NOTHING && !traceparent?.startsWith("ff"))
    return { id: parent[1] as string, traceparent: traceparent as string }
  const id = given?.toLowerCase()
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) && id !== NOTHING ? { id } : newTrace()
}

const newTrace = (): Trace => ({ id: Buffer.from(randomBytes16()).toString("hex") })

/** A trace id in the form that events carry as correlation id: that of a UUID. */
export const correlationIdOf = (traceId: string): string =>
  traceId.length === 32
    ? `${traceId.slice(0, 8)}-${traceId.slice(8, 12)}-${traceId.slice(12, 16)}-${traceId.slice(16, 20)}-${traceId.slice(20)}`
    : traceId
