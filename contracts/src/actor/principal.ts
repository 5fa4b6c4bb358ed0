import type { Actor, Tenant } from "./actor.ts"

/** Somebody whose token was verified: for which tenant, as whom, and what the token allows. */
export interface Principal {
  readonly tenant: Tenant
  readonly actor: Actor
  readonly scopes: ReadonlySet<Scope>
}

/** What a token's `scope` may say; `*` is all of them. */
export const SCOPES = [
  "sessions:read",
  "sessions:write",
  "approvals:read",
  "approvals:write",
  "approvals:decide",
  "approvals:admin",
  "workflows:read",
  "workflows:write",
  "runs:read",
  "runs:write",
  "runs:admin",
  "audit:read",
  "events:read",
  "notifications:read",
  "subscriptions:admin",
  "billing:read",
  "billing:admin"
] as const
export type Scope = (typeof SCOPES)[number]
