import type { DbError } from "@sluice/postgres"
import { StoreError } from "./store.port.ts"

const OUTCOME_UNKNOWN = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "57P01"
])

/** Contention, time-outs, full queues of the server and a server that is away pass; bad input does not. */
export const toStoreError = (error: DbError): StoreError =>
  new StoreError({
    message: error.message,
    code: error.code,
    retryable: error.unavailable || error.contention || error.class === "55" || error.class === "57",
    outcomeUnknown: OUTCOME_UNKNOWN.has(error.code)
  })

/**
 * SQLSTATE classes that one command can cause for a whole batch: data exception (22), constraint (23), rollback (40),
 * limit exceeded (54), lock not available (55), cancelled by a time-out (57014). Such a batch is split and tried again.
 */
export const splitsBatch = (error: StoreError): boolean =>
  ["22", "23", "40", "54", "55"].includes(error.code.slice(0, 2)) || error.code === "57014"
