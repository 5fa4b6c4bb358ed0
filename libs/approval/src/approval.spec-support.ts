import type { Actor } from "@sluice/contracts/actor/actor"
import { RequestApproval } from "@sluice/contracts/approval/approval.commands"
import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import {
  type Happened,
  minute,
  minuteIso,
  person,
  storyteller
} from "@sluice/contracts/testing/testing.given-when-then"
import { Schema } from "effect"
import { approval } from "./approval.stream.ts"

/** The words of this noun's specs. */

export const given = storyteller<typeof approval.initial, ApprovalEvent>(approval)

export const asker = person("asker")
export const ann = person("ann", "finance", "manager")
export const fred = person("fred", "finance")
export const mary = person("mary", "manager")
export const mike = person("mike", "manager")
export const guest = person("guest", "sales")
export const system: Actor = { kind: "system", id: "run", roles: [] }

export const finance = { roles: ["finance"], count: 1 }
export const manager = { roles: ["manager"], count: 1 }

type Asked = Extract<ApprovalEvent, { type: "approval.requested" }>["data"]
/** What the plainest question becomes; a manager has to answer it. */
export const question = (more: Partial<Asked> = {}): Asked => ({
  subject: { type: "custom", id: "c-1" },
  required: [manager],
  preventSelfReview: true,
  reason: null,
  links: [],
  contentHash: null,
  expiresAt: null,
  escalation: null,
  remindEvery: null,
  requestedBy: asker,
  ...more
})
export const asked = (more: Partial<Asked> = {}, by = asker): Happened<ApprovalEvent> => ({
  event: { type: "approval.requested", data: question({ requestedBy: by, ...more }) },
  by
})
export const body = (more: Partial<typeof RequestApproval.Encoded> = {}) =>
  Schema.decodeSync(RequestApproval)({ subject: { type: "custom", id: "c-1" }, required: [manager], ...more })

export const recorded = (verdict: "approve" | "reject", contentHash: string | null = null): ApprovalEvent => ({
  type: "approval.decision-recorded",
  data: { verdict, comment: null, contentHash }
})
export const said = (verdict: "approve" | "reject", by: Actor): Happened<ApprovalEvent> => ({
  event: recorded(verdict),
  by
})
export const approved: ApprovalEvent = { type: "approval.approved", data: {} }
export const rejected: ApprovalEvent = { type: "approval.rejected", data: {} }
export const expired: ApprovalEvent = { type: "approval.expired", data: {} }
export const cancelled: ApprovalEvent = { type: "approval.cancelled", data: { reason: null } }
export const escalated = (...roles: ReadonlyArray<string>): ApprovalEvent => ({
  type: "approval.escalated",
  data: { roles }
})
export const reminded = (minutes: number): ApprovalEvent => ({
  type: "approval.reminded",
  data: { dueAt: minuteIso(minutes) }
})

export const as = (actor: Actor, minutes = 9): DecisionContext => ({ id: "a-1", actor, now: minute(minutes) })
