import { v5 } from "uuid"

/** UUIDv5 namespace of tenants' accounts. */
const ACCOUNTS = "6d9c7d0a-1f0e-5b6a-8a53-3a3d6d5b7c11"

/** Of the one billing stream of a tenant. */
export const accountId = (tenant: string): string => v5(tenant, ACCOUNTS)

/** What names the usage of a session whose active time a month's end cuts: it has no event of its own. */
export const cutId = (closingEventId: string, sessionId: string): string => v5(sessionId, closingEventId)
