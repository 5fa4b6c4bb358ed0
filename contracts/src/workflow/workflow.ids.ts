import { v5 } from "uuid"

const NAMESPACE = "5b0c4c5e-2f5e-5c86-9d55-6c1a3d2a7f10"

/** The id of a workflow's stream, derived (UUIDv5) from tenant and name. */
export const workflowId = (tenant: string, name: string): string => v5(`workflow/${tenant}/${name}`, NAMESPACE)

/** The id of the stream that holds one document, derived (UUIDv5) from tenant and digest. */
export const definitionId = (tenant: string, digest: string): string => v5(`definition/${tenant}/${digest}`, NAMESPACE)
