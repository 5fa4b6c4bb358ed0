import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import { hasEnded } from "./run.phases.ts"
import type { Visit } from "./run.state.ts"

type VisitEvent = Extract<
  RunEvent,
  {
    type:
      | "run.phase-completed"
      | "run.phase-baselined"
      | "run.phase-skipped"
      | "run.evidence-recorded"
      | "run.gate-validated"
      | "run.signoff-requested"
      | "run.phase-signed-off"
      | "run.signoff-rejected"
      | "run.signoff-withdrawn"
      | "run.checkpoint-opened"
      | "run.checkpoint-reviewed"
      | "run.checkpoint-confirmed"
      | "run.checkpoint-refused"
      | "run.checkpoint-withdrawn"
  }
>

/** A visit after a fact about it alone. A visit that is signed off changes no more, but for its checkpoint and for being left. */
export const onVisit = (visit: Visit, fact: Fact<VisitEvent>): Visit => {
  const at = fact.recordedAt
  if (visit.status === "signed_off" && !fact.type.startsWith("run.checkpoint-") && fact.type !== "run.phase-completed")
    return visit
  switch (fact.type) {
    case "run.phase-completed":
      return { ...visit, status: visit.status === "signed_off" ? visit.status : "completed", left: true, endedAt: at }
    case "run.phase-baselined":
      return { ...visit, status: "completed_doc_baseline", left: true, endedAt: at }
    case "run.phase-skipped":
      return {
        ...visit,
        status: "skipped",
        left: true,
        endedAt: at,
        tasks: visit.tasks.map((task) => (hasEnded(task) ? task : { ...task, status: "deferred" }))
      }
    case "run.evidence-recorded": {
      const { evidence } = fact.data
      const others = visit.evidence.filter(({ type, ref }) => type !== evidence.type || ref !== evidence.ref)
      return { ...visit, evidence: [...others, { ...evidence, at, by: fact.actor }] }
    }
    case "run.gate-validated":
      return { ...visit, gate: { result: fact.data.result, missing: fact.data.missing, at } }
    case "run.signoff-requested": {
      const { approvalId, attempt } = fact.data
      return {
        ...visit,
        status: visit.status === "in_progress" ? "ready_for_signoff" : visit.status,
        gaps: visit.gaps.map((gap) => ({ ...gap, open: false })),
        signoff: { approvalId, attempt, state: "requested", since: at, record: null }
      }
    }
    case "run.phase-signed-off":
      return {
        ...signoff(visit, fact.data.approvalId, "approved", {
          by: fact.actor,
          at,
          correlationId: fact.data.correlationId
        }),
        status: "signed_off"
      }
    case "run.signoff-rejected": {
      const open = fact.data.gaps.map((gap) => ({ ...gap, open: true }))
      return inProgressAgain({
        ...signoff(visit, fact.data.approvalId, "rejected"),
        gaps: [...visit.gaps, ...open]
      })
    }
    case "run.signoff-withdrawn":
      return inProgressAgain(signoff(visit, fact.data.approvalId, "withdrawn"))
    case "run.checkpoint-opened": {
      const { approvalId, attempt } = fact.data
      return { ...visit, checkpoint: { approvalId, attempt, state: "open", since: at, reviews: [] } }
    }
    case "run.checkpoint-reviewed": {
      const review = { actor: fact.actor, comment: fact.data.comment, at }
      return visit.checkpoint === null
        ? visit
        : { ...visit, checkpoint: { ...visit.checkpoint, reviews: [...visit.checkpoint.reviews, review] } }
    }
    case "run.checkpoint-confirmed":
      return checkpoint(visit, fact.data.approvalId, "confirmed")
    case "run.checkpoint-refused":
      return checkpoint(visit, fact.data.approvalId, "refused")
    case "run.checkpoint-withdrawn":
      return checkpoint(visit, fact.data.approvalId, "withdrawn")
  }
}

/** An approval that is not the newest one asked for changes nothing. */
const signoff = (
  visit: Visit,
  approvalId: string,
  state: NonNullable<Visit["signoff"]>["state"],
  record: NonNullable<Visit["signoff"]>["record"] = null
): Visit =>
  visit.signoff?.approvalId === approvalId ? { ...visit, signoff: { ...visit.signoff, state, record } } : visit

const checkpoint = (visit: Visit, approvalId: string, state: NonNullable<Visit["checkpoint"]>["state"]): Visit =>
  visit.checkpoint?.approvalId === approvalId ? { ...visit, checkpoint: { ...visit.checkpoint, state } } : visit

const inProgressAgain = (visit: Visit): Visit =>
  visit.status === "ready_for_signoff" ? { ...visit, status: "in_progress" } : visit
