import type { Actor } from "@sluice/contracts/actor/actor"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import type { TimelineEntry } from "@sluice/contracts/run/run.views"

/** An event as the audit has it. */
export interface LoggedEvent {
  readonly position: number
  readonly version: number
  readonly type: string
  readonly time: string
  readonly actor: Actor
  readonly data: unknown
}

/** A run's event as its timeline shows it. */
export const timelineEntry = ({ position, version, type, time, actor, data }: LoggedEvent): TimelineEntry => ({
  position,
  version,
  type,
  time,
  actor,
  text: inWords({ type, data } as RunEvent)
})

const because = (reason: string | null): string => (reason === null ? "" : `: ${reason}`)
const nth = (visit: number): string => (visit === 1 ? "" : ` (visit ${visit})`)

const inWords = ({ type, data }: RunEvent): string => {
  switch (type) {
    case "run.started":
      return `Run "${data.title}" of ${data.workflow.name}, version ${data.workflow.version}`
    case "run.paused":
      return `Paused${because(data.reason)}`
    case "run.resumed":
      return "Resumed"
    case "run.cancelled":
      return `Cancelled${because(data.reason)}`
    case "run.failed":
      return `Failed${because(data.reason)}`
    case "run.completed":
      return "Completed"
    case "run.overdue":
      return `Deadline ${data.deadline} passed`
    case "run.phase-started":
      return `Phase ${data.phase} started${nth(data.visit)}${because(data.reason)}`
    case "run.phase-completed":
      return `Phase ${data.phase} completed${nth(data.visit)}`
    case "run.phase-baselined":
      return `Phase ${data.phase} left with its documents as baseline; its sign-off is to come`
    case "run.phase-returned":
      return `Back from ${data.phase} to ${data.to}${because(data.reason)}`
    case "run.phase-skipped":
      return `Phase ${data.phase} skipped${because(data.reason)}`
    case "run.phase-blocked":
      return `Phase ${data.phase} blocked: ${data.reason}`
    case "run.phase-unblocked":
      return `Phase ${data.phase} no longer blocked`
    case "run.task-added":
      return `Task ${data.key} added to ${data.phase}: ${data.title}`
    case "run.task-started":
      return `Task ${data.key} started`
    case "run.task-completed":
      return `Task ${data.key} completed`
    case "run.task-failed":
      return `Task ${data.key} failed${because(data.reason)}`
    case "run.task-deferred":
      return `Task ${data.key} deferred${because(data.reason)}`
    case "run.task-moved":
      return `Task ${data.key} moved${data.to === null ? "" : ` to ${data.to}`}${because(data.reason)}`
    case "run.task-reopened":
      return `Task ${data.key} taken up again`
    case "run.dependency-waived":
      return `Task ${data.key} no longer waits for ${data.dependsOn.join(", ")}`
    case "run.evidence-recorded":
      return `Evidence for ${data.phase}: ${data.evidence.title} (${data.evidence.type} ${data.evidence.ref})`
    case "run.gate-validated":
      return `Gate of ${data.phase}: ${data.result.replaceAll("_", " ")}${because(data.missing.length === 0 ? null : data.missing.join(", "))}`
    case "run.signoff-requested":
      return `Sign-off of ${data.phase} asked for`
    case "run.phase-signed-off":
      return `Phase ${data.phase} signed off${nth(data.visit)}`
    case "run.signoff-rejected":
      return `Sign-off of ${data.phase} rejected: ${data.gaps.map(({ text }) => text).join("; ")}`
    case "run.signoff-withdrawn":
      return `Sign-off of ${data.phase} no longer asked for (${data.why.replaceAll("-", " ")})`
    case "run.checkpoint-opened":
      return `Checkpoint ${data.phase} waits for somebody to say proceed`
    case "run.checkpoint-reviewed":
      return `Checkpoint ${data.phase} under review${because(data.comment)}`
    case "run.checkpoint-confirmed":
      return `Checkpoint ${data.phase}: proceed${because(data.comment)}`
    case "run.checkpoint-refused":
      return `Checkpoint ${data.phase} ${data.why}${because(data.comment)}`
    case "run.checkpoint-withdrawn":
      return `Checkpoint ${data.phase} no longer asked for (${data.why.replaceAll("-", " ")})`
    case "run.question-asked":
      return `Question${data.role === null ? "" : ` to ${data.role}`}: ${data.text}`
    case "run.question-answered":
      return `Answer: ${data.answer}`
    case "run.blocker-raised":
      return `Blocker: ${data.text}`
    case "run.blocker-resolved":
      return `Blocker resolved${because(data.resolution)}`
    case "run.decision-recorded":
      return `Decision: ${data.text}`
    case "run.milestone-reached":
      return `Milestone ${data.key}: ${data.title}`
  }
}
