import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import { type DecisionContext, timestamp } from "@sluice/contracts/event/event.decision"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { InputRefused } from "@sluice/contracts/input/input.errors"
import type { RunConflict, RunMissing } from "@sluice/contracts/run/run.errors"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import { approvalId } from "@sluice/contracts/run/run.ids"
import type { Result } from "effect"
import { evolve } from "./run.evolve.ts"
import { newest, phaseOf } from "./run.phases.ts"
import type { Phase, RunState, StartedRun, Visit } from "./run.state.ts"

export interface RunContext extends DecisionContext {
  readonly correlationId: string
  /** A new UUID, for what the command makes. */
  readonly freshId: string
}

/** What a command on a run makes of an approval, which is a stream of its own and changes in the same command. */
export type ApprovalEffect =
  | {
      readonly type: "request"
      readonly approvalId: string
      readonly kind: "checkpoint" | "signoff"
      readonly phase: Phase
      readonly visit: number
      readonly reason: string | null
    }
  | { readonly type: "cancel"; readonly approvalId: string; readonly reason: string }

export interface RunChange {
  readonly events: ReadonlyArray<RunEvent>
  readonly approvals: ReadonlyArray<ApprovalEffect>
}
export type RunRefusal = RunConflict | RunMissing | InputRefused
export type RunDecision = Result.Result<RunChange, RunRefusal>

/** Events for run and approval that belong to one command. */
export interface GateChange {
  readonly run: ReadonlyArray<RunEvent>
  readonly approval: ReadonlyArray<ApprovalEvent>
}

/** A decision in the making: each event is applied at once, so that the next step sees what it did. */
export class Act {
  run: StartedRun
  readonly context: RunContext
  readonly events: Array<RunEvent> = []
  readonly approvals: Array<ApprovalEffect> = []

  constructor(run: StartedRun, context: RunContext) {
    this.run = run
    this.context = context
  }

  emit(event: RunEvent): void {
    this.events.push(event)
    const fact = {
      ...event,
      version: this.run.version + 1,
      recordedAt: timestamp(this.context.now),
      actor: this.context.actor
    } as Fact<RunEvent>
    this.run = evolve(this.run as RunState, fact) as StartedRun
  }

  phase(id: string): Phase {
    return phaseOf(this.run, id) as Phase
  }

  /** Puts checkpoint or sign-off of a phase's newest visit to people, under the id of its next attempt. */
  ask(kind: "checkpoint" | "signoff", phaseId: string, reason: string | null = null): void {
    const phase = this.phase(phaseId)
    const { visit, [kind]: before } = newest(phase)
    const attempt = (before?.attempt ?? 0) + 1
    const id = approvalId(this.context.id, kind, phaseId, visit, attempt)
    const data = { phase: phaseId, visit, approvalId: id, attempt }
    this.emit({ type: kind === "checkpoint" ? "run.checkpoint-opened" : "run.signoff-requested", data })
    this.approvals.push({ type: "request", approvalId: id, kind, phase, visit, reason })
  }

  /**
   * Withdraws what is asked about a visit: its checkpoint and a sign-off still undecided. Where there is work left, a checkpoint
   * that was confirmed or refused counts no longer either.
   */
  withdraw(phase: string, { visit, checkpoint, signoff }: Visit, why: keyof typeof REASONS): void {
    const outlived = why === "task-added" && (checkpoint?.state === "confirmed" || checkpoint?.state === "refused")
    if (checkpoint !== null && (checkpoint.state === "open" || outlived)) {
      const { approvalId, state } = checkpoint
      this.emit({ type: "run.checkpoint-withdrawn", data: { phase, visit, approvalId, why } })
      if (state === "open") this.approvals.push({ type: "cancel", approvalId, reason: REASONS[why] })
    }
    this.#withdrawSignoff(phase, { visit, signoff }, why, REASONS[why])
  }

  /** Withdraws a sign-off still undecided of a visit whose gate does not hold any more; its checkpoint does not ask about that. */
  withdrawUnready(phase: string, visit: Visit): void {
    this.#withdrawSignoff(phase, visit, "cancelled", "The gate of the phase does not hold any more")
  }

  #withdrawSignoff(
    phase: string,
    { visit, signoff }: Pick<Visit, "visit" | "signoff">,
    why: keyof typeof REASONS | "cancelled",
    reason: string
  ): void {
    if (signoff?.state !== "requested") return
    const { approvalId } = signoff
    this.emit({ type: "run.signoff-withdrawn", data: { phase, visit, approvalId, why } })
    this.approvals.push({ type: "cancel", approvalId, reason })
  }

  get change(): RunChange {
    return { events: this.events, approvals: this.approvals }
  }
}

const REASONS = {
  "task-added": "There is work left in the phase after all",
  returned: "The run went back to an earlier phase",
  "run-ended": "The run has ended"
} as const
