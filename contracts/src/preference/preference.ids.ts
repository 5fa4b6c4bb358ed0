import { v5 } from "uuid"

/** UUIDv5 namespace of preferences. */
const NAMESPACE = "7c0a9a4e-2a0e-5b6b-8a51-40f6c8f3c1de"

/** Of the stream of an owner's preferences. */
export const preferenceId = (owner: { kind: string; id: string }): string => v5(`${owner.kind}/${owner.id}`, NAMESPACE)
