import { v5 } from "uuid"

/** Ids of mails (UUIDv5). No two tenants have one in common, since `Message-ID` is made of it. */

export const immediateId = (notificationId: string, preferenceId: string): string => v5(preferenceId, notificationId)

/** @param dueAt RFC 3339 in UTC with milliseconds */
export const digestId = (tenant: string, preferenceId: string, dueAt: string): string =>
  v5(`digest/${tenant}/${dueAt}`, preferenceId)
