import type { Principal } from "@sluice/contracts/actor/principal"

/** Approvals that the caller may cancel: any with `approvals:admin`, else what they requested themselves. */
export const mayCancel = ({ scopes }: Principal): "own" | "any" => (scopes.has("approvals:admin") ? "any" : "own")
