import { inNewestShape } from "@sluice/contracts/event/event.registry"
import type { Consumer } from "@sluice/projection"
import { approvals } from "./approvals/approvals.projection.ts"
import { audit } from "./audit/audit.projection.ts"
import { runs } from "./runs/runs.projection.ts"
import { sessions } from "./sessions/sessions.projection.ts"
import { definitions, workflows } from "./workflows/workflows.projection.ts"

/**
 * Every projection, one line each; all of an event's rows are written in one transaction. They start in this order: what
 * has to be loaded is asked for first, and while the database writes the audit, which loads nothing, we fold it.
 */
export const projector: Consumer = {
  name: "projector",
  categories: "all",
  reactions: [
    sessions, // sluice.sessions
    approvals, // sluice.approvals
    workflows, // sluice.workflows
    definitions, // sluice.definitions
    runs, // sluice.runs, sluice.phases
    audit // sluice.audit
  ],
  decode: inNewestShape
}
