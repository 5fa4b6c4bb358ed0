import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import type { AuditEntry } from "@sluice/contracts/audit/audit.views"
import type { UsageView } from "@sluice/contracts/session/session.api"
import type { SessionView } from "@sluice/contracts/session/session.views"
import { type Answer, type Ask, asking, type RequestHeaders } from "./journey.caller.ts"

export interface Page<Item> {
  readonly items: ReadonlyArray<Item>
  readonly nextCursor: string | null
}
type Query = Readonly<Record<string, string | number | undefined>>

/** Somebody with a token, and what people do with Sluice. */
export interface Person {
  readonly ask: Ask
  readonly token: string
  /** The same person, asking another instance of the API. */
  readonly via: (url: string) => Person
  readonly openSession: (body: unknown, headers?: RequestHeaders) => Promise<Answer<SessionView>>
  readonly updateSession: (id: string, body: unknown, headers?: RequestHeaders) => Promise<Answer<SessionView>>
  readonly reportUsage: (id: string, body: unknown, headers?: RequestHeaders) => Promise<Answer<UsageView>>
  readonly readSession: (id: string, query?: Query) => Promise<Answer<SessionView>>
  readonly listSessions: (query?: Query) => Promise<Answer<Page<SessionView>>>
  readonly requestApproval: (body: unknown, headers?: RequestHeaders) => Promise<Answer<ApprovalView>>
  readonly decide: (id: string, body: unknown, headers?: RequestHeaders) => Promise<Answer<ApprovalView>>
  readonly cancel: (id: string, body?: unknown, headers?: RequestHeaders) => Promise<Answer<ApprovalView>>
  readonly readApproval: (id: string, query?: Query) => Promise<Answer<ApprovalView>>
  readonly listApprovals: (query?: Query) => Promise<Answer<Page<ApprovalView>>>
  readonly audit: (query?: Query) => Promise<Answer<Page<AuditEntry>>>
}

export const personAt = (url: string, token: string): Person => {
  const ask = asking(url, token)
  return {
    ask,
    token,
    via: (other) => personAt(other, token),
    openSession: (body, headers) => ask("POST", "/v1/sessions", { body, headers }),
    updateSession: (id, body, headers) => ask("PUT", `/v1/sessions/${id}`, { body, headers }),
    reportUsage: (id, body, headers) => ask("POST", `/v1/sessions/${id}/usage`, { body, headers }),
    readSession: (id, query) => ask("GET", `/v1/sessions/${id}`, { query }),
    listSessions: (query) => ask("GET", "/v1/sessions", { query }),
    requestApproval: (body, headers) => ask("POST", "/v1/approvals", { body, headers }),
    decide: (id, body, headers) => ask("POST", `/v1/approvals/${id}/decisions`, { body, headers }),
    cancel: (id, body, headers) => ask("POST", `/v1/approvals/${id}/cancel`, { body, headers }),
    readApproval: (id, query) => ask("GET", `/v1/approvals/${id}`, { query }),
    listApprovals: (query) => ask("GET", "/v1/approvals", { query }),
    audit: (query) => ask("GET", "/v1/audit", { query })
  }
}
