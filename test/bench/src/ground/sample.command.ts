import type { Actor } from "@sluice/contracts/actor/actor"
import type { OpenSession } from "@sluice/contracts/session/session.commands"

/** Who issues the commands of the bench. */
export const sampleActor: Actor = { kind: "service", id: "bench", roles: ["engineer"] }
export const sampleTenant = "bench"

/** The body of every command that opens a session, whoever carries it out. */
export const sampleSession = {
  role: "engineer",
  taskId: null,
  metadata: { title: "A session of the bench" }
} as const satisfies OpenSession
