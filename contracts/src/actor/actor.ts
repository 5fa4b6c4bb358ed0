import { Schema } from "effect"

/** A tenant's name: it owns the data; every stream, row, message and token names one. */
export const Tenant = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9-]{0,39}$/u)).annotate({
  identifier: "Tenant"
})
export type Tenant = typeof Tenant.Type

export const ActorKind = Schema.Literals(["user", "service", "agent", "system"]).annotate({ identifier: "ActorKind" })
export type ActorKind = typeof ActorKind.Type

/** A role's name, as tokens carry it and approvals require it: 1–50 characters. */
export const Role = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(50)).annotate({ identifier: "Role" })
export type Role = typeof Role.Type

/** Who acts. It comes from the token, never from a body; `roles` are those held when acting. */
export const Actor = Schema.Struct({
  kind: ActorKind,
  id: Schema.String,
  roles: Schema.Array(Role)
}).annotate({ identifier: "Actor" })
export type Actor = typeof Actor.Type

/** Sluice itself: timers and reactions act under it; no token can claim this kind. */
export const SystemActor = (id: string): Actor => ({ kind: "system", id, roles: [] })
